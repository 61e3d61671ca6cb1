import { describe, expect, test } from 'vitest';
import { createLineRewriter } from './rewritten-lines.ts';

function settled(...parts: readonly string[]): string[] {
  const lines = createLineRewriter();
  return [...parts.map((part) => lines.push(part)), lines.end()];
}

describe('lines that are rewritten', () => {
  test('keep the last state of a progress bar, however it arrives', () => {
    const bar = 'begin\n\r  0%\r 50%\r100%\nend\n';
    expect(settled(bar)).toEqual(['begin\n100%\nend\n', '']);
    expect(settled(...bar).join('')).toBe('begin\n100%\nend\n');
  });

  test('come at once where nothing rewrites them', () => {
    expect(settled('name: ', 'x\nnext')).toEqual(['name: ', 'x\nnext', '']);
  });

  test('that were begun already go on below', () => {
    expect(settled('working', '\r 50%', '\r100%', '\n')).toEqual(['working', '\n', '', '100%\n', '']);
  });

  test('end at \\r\\n as at \\n, also where it comes in two parts', () => {
    expect(settled('a\r\nb\r', '\nc').join('')).toBe('a\nb\nc');
  });

  test('without an end keep their last state, and no more is held than a limit', () => {
    expect(settled('\r 10%', '\r 20%')).toEqual(['', '', ' 20%']);
    expect(settled(`\r${'x'.repeat(70_000)}`)[0]).toHaveLength(70_000);
  });
});
