import fc from 'fast-check';
import { expect, test } from 'vitest';
import { delimitedReader, delimiterOf } from './delimited.ts';

function read(pieces: readonly string[], delimiter = ','): string[][] {
  const rows: string[][] = [];
  const reader = delimitedReader(delimiter, (row) => rows.push(row) > 0);
  for (const piece of pieces) reader.push(piece);
  reader.end();
  return rows;
}

test('quotes, doubled quotes, line breaks in fields, CRLF, empty lines, a last line without its end', () => {
  expect(read(['a,"b, ""c"""\r\n1,"two\nlines"\n\n,\n3,x"y'])).toEqual([
    ['a', 'b, "c"'],
    ['1', 'two\nlines'],
    ['', ''],
    ['3', 'x"y'],
  ]);
});

test('waits for the next character after a quote, also over an empty piece', () => {
  expect(read(['"q"', '', '"c",d'])).toEqual([['q"c', 'd']]);
});

test('is the same wherever the text is cut', () => {
  const text = 'a,"b ""q"" c",d\r\n"x\r\ny",,"" \nlast,"un';
  const whole = read([text]);
  fc.assert(
    fc.property(fc.array(fc.nat(text.length), { maxLength: 6 }), (cuts) => {
      const at = [0, ...cuts.toSorted((a, b) => a - b), text.length];
      expect(read(at.slice(1).map((end, index) => text.slice(at[index], end)))).toEqual(whole);
    }),
  );
});

test('stops when no more is wanted', () => {
  const rows: string[][] = [];
  const reader = delimitedReader(',', (row) => rows.push(row) < 2);
  expect(reader.push('a\nb\nc\nd\n')).toBe(false);
  reader.end();
  expect(rows).toEqual([['a'], ['b']]);
});

test('the first line tells what divides fields', () => {
  expect(delimiterOf('a;b;c\n1,5;2,5;3,5')).toBe(';');
  expect(delimiterOf('"a;b;c",d\n')).toBe(',');
  expect(delimiterOf('a\tb\n')).toBe('\t');
  expect(delimiterOf('alone\n')).toBe(',');
});
