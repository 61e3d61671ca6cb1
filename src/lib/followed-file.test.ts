import { appendFileSync, mkdtempSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { FollowedFile, type FilePosition } from './followed-file.ts';

let path: string;
let told: string[];
let position: FilePosition | undefined;
beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'followed-')), 'log.jsonl');
  told = [];
  position = undefined;
});

const follow = (limit?: number): FollowedFile => new FollowedFile(path, position, (message) => told.push(message), limit);

/** All that is there; the position after it is kept. */
async function all(file: FollowedFile): Promise<string[]> {
  const texts: string[] = [];
  for (let lines = await file.read(); lines.length > 0; lines = await file.read()) {
    for (const { number, text, next } of lines) {
      texts.push(`${number}:${text}`);
      position = next;
    }
  }
  return texts;
}

describe('a followed file', () => {
  test('gives whole lines as they come, also where it is made later', async () => {
    const file = follow();
    expect(await all(file)).toEqual([]);
    writeFileSync(path, 'a\nb\nc');
    expect(await all(file)).toEqual(['1:a', '2:b']);
    appendFileSync(path, 'c\nö\n');
    expect(await all(file)).toEqual(['3:cc', '4:ö']);
    await file.close();
  });

  test('passes over a line that is not UTF-8, and tells what has no end yet', async () => {
    writeFileSync(path, Buffer.concat([Buffer.from('a\n'), Buffer.of(0xff, 0x0a), Buffer.from('c\n')]));
    const file = follow();
    const [first, second, third] = await file.read();
    expect([first?.text, second?.text, second?.problem, third?.text]).toEqual(['a', undefined, 'not UTF-8', 'c']);
    expect([await file.read(), await file.hasUnended()]).toEqual([[], false]);
    appendFileSync(path, 'd');
    expect([await file.read(), await file.hasUnended()]).toEqual([[], true]);
    await file.close();
  });

  test('goes on at its position, once', async () => {
    writeFileSync(path, 'a\nb\n');
    const first = follow();
    await all(first);
    await first.close();
    appendFileSync(path, 'c\n');
    const second = follow();
    expect(await all(second)).toEqual(['3:c']);
    expect(told).toEqual([]);
    await second.close();
  });

  test('reads a file that is rotated to its end, then the new one', async () => {
    writeFileSync(path, 'a\n');
    const file = follow();
    expect(await all(file)).toEqual(['1:a']);
    appendFileSync(path, 'b\nlast');
    renameSync(path, `${path}.1`);
    expect(await all(file)).toEqual(['2:b']);
    writeFileSync(path, 'c\n');
    expect(await all(file)).toEqual(['3:last', '1:c']);
    await file.close();
  });

  test('reads every file in turn where one was rotated more than once between two looks', async () => {
    writeFileSync(path, 'a\n');
    const file = follow();
    expect(await all(file)).toEqual(['1:a']);
    appendFileSync(path, 'b\n');
    renameSync(path, `${path}.2`);
    writeFileSync(`${path}.1`, 'c\n');
    writeFileSync(path, 'd\n');
    expect(await all(file)).toEqual(['2:b', '1:c', '1:d']);
    await file.close();
  });

  test('goes on with the right file where names moved on while lines were dealt with', async () => {
    writeFileSync(path, 'a\n');
    const file = follow();
    expect(await all(file)).toEqual(['1:a']);
    appendFileSync(path, 'last');
    renameSync(path, `${path}.1`);
    writeFileSync(path, 'b\n');
    expect((await file.read()).map(({ text }) => text)).toEqual(['last']);
    renameSync(`${path}.1`, `${path}.2`);
    renameSync(path, `${path}.1`);
    writeFileSync(path, 'c\n');
    expect(await all(file)).toEqual(['1:b', '1:c']);
    expect(told).toEqual([]);
    await file.close();
  });

  test('finds what was rotated while nobody followed', async () => {
    writeFileSync(path, 'a\nb\n');
    const first = follow();
    await all(first);
    await first.close();
    appendFileSync(path, 'c\n');
    renameSync(path, `${path}.2`);
    writeFileSync(`${path}.1`, 'd\n');
    writeFileSync(path, 'e\n');
    const second = follow();
    expect(await all(second)).toEqual(['3:c', '1:d', '1:e']);
    expect(told).toEqual([]);
    await second.close();
  });

  test('tells a file that was cut off, and one that is gone', async () => {
    writeFileSync(path, 'a\nb\n');
    const first = follow();
    await all(first);
    truncateSync(path, 0);
    appendFileSync(path, 'c\n');
    expect(await all(first)).toEqual(['1:c']);
    await first.close();
    writeFileSync(`${path}.new`, 'd\n');
    renameSync(`${path}.new`, path);
    const second = follow();
    expect(await all(second)).toEqual(['1:d']);
    expect(told).toEqual([
      'the file was cut off: it is read from its start',
      'the file that was read before is gone: lines of it that came later are lost',
    ]);
    await second.close();
  });

  test('passes over a line that is too long', async () => {
    writeFileSync(path, `a\n${'x'.repeat(40)}\nb\n`);
    const file = follow(16);
    expect(await all(file)).toEqual(['1:a', '2:undefined', '3:b']);
    await file.close();
  });

  test('is read from its start where it was cut off and has grown past the place again', async () => {
    writeFileSync(path, 'a\nb\n');
    const file = follow();
    expect(await all(file)).toEqual(['1:a', '2:b']);
    writeFileSync(path, 'c\nd\ne\n');
    expect(await all(file)).toEqual(['1:c', '2:d', '3:e']);
    expect(told).toEqual(['the file was cut off: it is read from its start']);
    await file.close();
    // Also while nobody followed it.
    writeFileSync(path, 'f\ng\nh\ni\n');
    const again = follow();
    expect(await all(again)).toEqual(['1:f', '2:g', '3:h', '4:i']);
    await again.close();
  });

  test('goes on from a position that was kept without the line before it', async () => {
    writeFileSync(path, 'a\nb\n');
    const file = follow();
    await all(file);
    await file.close();
    const { before, ...older } = position!;
    expect(before).toMatch(/^2:[0-9a-f]{32}$/);
    position = older;
    appendFileSync(path, 'c\n');
    const again = follow();
    expect(await all(again)).toEqual(['3:c']);
    await again.close();
  });
});
