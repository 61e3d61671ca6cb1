/** Appends to the log in the folder given and prints the number of each payload once it is acknowledged, until it is killed. */
import { writeSync } from 'node:fs';
import { AppendLog } from '../../src/backends/columns/append-log.ts';

const log = await AppendLog.open({
  folder: process.argv[2]!,
  maxSegmentBytes: 200_000,
  maxSegmentAgeMs: 3_600_000,
  now: () => Date.now(),
  found: () => {},
  rotated: () => {},
  failed: (error) => {
    throw error;
  },
});
for (let next = Number(process.argv[3]); ;) {
  const group = Array.from({ length: 1 + (next % 7) }, () => next++);
  await Promise.all(
    group.map((number) => log.append([Buffer.from(`${number} ${'x'.repeat(number % 5000)}`)], () => writeSync(1, `${number}\n`))),
  );
}
