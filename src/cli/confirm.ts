import { createInterface } from 'node:readline/promises';
import type { Io } from './command.ts';

/** Asks on the terminal; no where there is none to ask on. */
export async function confirm(io: Io, question: string): Promise<boolean> {
  if (!io.stderrIsTty || !process.stdin.isTTY) return false;
  // What was said before stands before the question
  io.stderr('');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`${question} [y/n] `, { signal: io.signal });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
