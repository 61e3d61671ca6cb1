import { describe, expect, test } from 'vitest';
import { emitConfigFile, parseConfigFile } from './config-file.ts';

const written = `[core]
    remote = store
[cache]
    type = "hardlink,symlink,copy"
['remote "store"']
    url = s3://bucket/path
    password = "a # b"
`;

describe('configuration files', () => {
  test('what DVC wrote comes back to the byte', () => {
    expect(emitConfigFile(parseConfigFile(written, 'config'))).toBe(written);
  });

  test('an unquoted list, comments and quotes are read as ConfigObj reads them', () => {
    const document = parseConfigFile('# c\n[Cache]\ntype = hardlink, copy # d\nDir = "/a b"\n', 'config');
    expect(document.get('cache')?.get('type')).toEqual(['hardlink', 'copy']);
    expect(document.get('cache')?.get('dir')).toBe('/a b');
  });

  test.each([
    ['[core\nx = 1', 1],
    ['x = 1', 1],
    ['[core]\nnonsense', 2],
    ['[core]\nx = "open', 2],
  ])('%j is refused with its line', (text, line) => {
    expect(() => parseConfigFile(text, 'config')).toThrow(`config, line ${line}:`);
  });
});
