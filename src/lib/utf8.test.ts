import { expect, test } from 'vitest';
import { decodeUtf8 } from './utf8.ts';

test('a text is given as it is, replacement characters included', () => {
  expect(decodeUtf8(Buffer.from('ä: \ufffd\n'), 'params.yaml')).toBe('ä: \ufffd\n');
});

test('the first byte that is no text is named with its line and column', () => {
  const bytes = Buffer.concat([Buffer.from('a: \ufffd\nbé: '), Buffer.from([0xff, 0xfe])]);
  expect(() => decodeUtf8(bytes, 'params.yaml')).toThrow(
    "'params.yaml' is not UTF-8: line 2, column 5 has the byte 0xff: save the file as UTF-8",
  );
});
