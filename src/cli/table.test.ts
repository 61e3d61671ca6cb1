import { expect, test } from 'vitest';
import { printTable } from './table.ts';

test('what a sender wrote cannot move the cursor, colour the terminal or break a row', () => {
  let shown = '';
  const io = { stdout: (text: string) => void (shown += text), stdoutIsTty: false };
  printTable(io, ['ID', 'STATUS'], [['a\u001b[2J\nb\u009b', '200']]);
  expect(shown).toBe('ID        STATUS\na [2J b   200\n');
});
