/** `node test/support/record-transcripts.ts [NAME…]`: plays the scenarios with the real `dvc` and writes `test/golden/dvc/NAME.json`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scenarios } from './dvc-scenarios/index.ts';
import { checkout, testProgram } from './test-env.ts';
import { play } from './transcript.ts';

const names = process.argv.slice(2);
for (const scenario of scenarios.filter(({ name }) => names.length === 0 || names.includes(name))) {
  const transcript = { ...scenario, outcomes: play(scenario, testProgram('dvc')) };
  writeFileSync(join(checkout, 'test/golden/dvc', `${scenario.name}.json`), `${JSON.stringify(transcript, undefined, 1)}\n`);
  process.stdout.write(`recorded ${scenario.name}\n`);
}
