import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { replaceFile } from './replace-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'replace-file-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const modeOf = (path: string): string => (statSync(path).mode & 0o7777).toString(8);

describe('replaceFile', () => {
  test('writes the text whole and leaves nothing beside it', () => {
    const path = join(folder, 'file');
    replaceFile(path, 'one\n', join(folder, 'staging'));
    replaceFile(path, 'two\n', join(folder, 'staging'));
    expect(readFileSync(path, 'utf8')).toBe('two\n');
    expect(readdirSync(folder).toSorted()).toEqual(['file', 'staging']);
    expect(readdirSync(join(folder, 'staging'))).toEqual([]);
  });

  test('keeps the mode of the file that it replaces', () => {
    const path = join(folder, 'file');
    writeFileSync(path, 'old');
    chmodSync(path, 0o640);
    replaceFile(path, 'new', folder);
    expect(modeOf(path)).toBe('640');
  });

  test('gives the mode that is asked for, whatever the file had and the umask takes', () => {
    const path = join(folder, 'secret');
    writeFileSync(path, 'old');
    chmodSync(path, 0o644);
    replaceFile(path, 'new', folder, 0o600);
    expect(modeOf(path)).toBe('600');
  });

  test('puts a file in the place of a link and leaves alone what the link led to', () => {
    const target = join(folder, 'target');
    const path = join(folder, 'link');
    writeFileSync(target, 'of the target');
    symlinkSync(target, path);
    replaceFile(path, 'of the file', folder);
    expect(readFileSync(target, 'utf8')).toBe('of the target');
    expect(readFileSync(path, 'utf8')).toBe('of the file');
  });

  test('leaves the old text and no unfinished file where the new one cannot be put in place', () => {
    const path = join(folder, 'is a folder');
    const staging = join(folder, 'staging');
    replaceFile(join(path, 'inside'), 'kept', path);
    expect(() => replaceFile(path, 'new', staging)).toThrow(expect.objectContaining({ code: 'EISDIR' }));
    expect(readFileSync(join(path, 'inside'), 'utf8')).toBe('kept');
    expect(readdirSync(staging)).toEqual([]);
  });
});
