import { relative } from 'node:path';
import type { CheckoutReport } from '../data/index.ts';

/** Outputs that changed, relative to a folder; a path of a folder ends with a slash. */
export interface ShownChanges {
  readonly added: readonly string[];
  readonly deleted: readonly string[];
  readonly modified: readonly string[];
  readonly failed: readonly string[];
}

export function shownChanges(report: CheckoutReport, cwd: string): ShownChanges {
  const shown = (paths: readonly string[]): string[] => paths.map((path) => relative(cwd, path) + (path.endsWith('/') ? '/' : ''));
  return { added: shown(report.added), deleted: shown(report.deleted), modified: shown(report.modified), failed: shown(report.failed) };
}

/** `A       data/`, a line for each output. */
export function changeLines(changes: ShownChanges): string {
  const lines = [
    ...changes.modified.map((path) => `M       ${path}`),
    ...changes.added.map((path) => `A       ${path}`),
    ...changes.deleted.map((path) => `D       ${path}`),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** `1 file modified and 1 file deleted`, as DVC sums it up; empty where all are 0. */
export function countText(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `${count} file${count === 1 ? '' : 's'} ${what}`);
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)!}`;
}

/** The error of a checkout that could not restore all outputs. */
export function failedText(changes: ShownChanges, remedy: string): string {
  return `Checkout failed for following targets:\n${changes.failed.join('\n')}\n${remedy}`;
}
