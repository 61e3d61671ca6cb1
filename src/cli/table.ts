import pc from 'picocolors';
import type { Io } from './command.ts';

/** Columns wide enough for their longest cell, two spaces apart; a bold header on a terminal only. */
export function printTable(io: Pick<Io, 'stdout' | 'stdoutIsTty'>, header: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const colors = pc.createColors(io.stdoutIsTty);
  io.stdout(`${[colors.bold(line(header)), ...rows.map(line)].join('\n')}\n`);
}
