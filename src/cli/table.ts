import pc from 'picocolors';
import type { Io } from './command.ts';
import { harmless } from './harmless.ts';

/** Columns wide enough for their longest cell, two spaces apart; a bold header on a terminal only. Cells may hold anything. */
export function printTable(io: Pick<Io, 'stdout' | 'stdoutIsTty'>, header: readonly string[], rows: readonly (readonly string[])[]): void {
  const [titles = [], ...cells] = [header, ...rows].map((row) => row.map(harmless));
  const widths = titles.map((title, column) => cells.reduce((width, row) => Math.max(width, (row[column] ?? '').length), title.length));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const colors = pc.createColors(io.stdoutIsTty);
  io.stdout(`${[colors.bold(line(titles)), ...cells.map(line)].join('\n')}\n`);
}
