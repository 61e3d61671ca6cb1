import { createInterface } from 'node:readline/promises';
import type { Io } from './command.ts';

/** Asks on the terminal; no where there is none to ask on. */
export async function confirm(io: Io, question: string): Promise<boolean> {
  return io.stderrIsTty && process.stdin.isTTY && (await ask(io, question));
}

/** Asks whoever writes to standard input, a script too; input that ends before the answer answers no. */
export async function ask(io: Io, question: string): Promise<boolean> {
  // What was said before stands before the question
  io.stderr('');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const ended = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
    const answer = await Promise.race([terminal.question(`${question} [y/n] `, { signal: io.signal }), ended]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
