import type { Dataset } from '../../../../src/api/datasets.ts';

const keys: Readonly<Record<string, (dataset: Dataset) => string | number>> = {
  path: ({ path }) => path,
  project: ({ project }) => project,
  size: ({ sizeBytes }) => sizeBytes ?? -1,
  files: ({ files }) => files ?? 1,
  versions: ({ versions }) => versions,
  seen: ({ seenAt }) => seenAt,
  writtenBy: ({ writtenBy }) => writtenBy ?? '',
};

/** The answer holds every dataset, so filter and order are applied here. */
export function showDatasets(
  datasets: readonly Dataset[],
  view: { filter: string; column: string; descending: boolean },
): readonly Dataset[] {
  const needle = view.filter.toLowerCase();
  const found = datasets.filter(({ path, project, readBy, writtenBy }) =>
    [path, project, writtenBy ?? '', ...readBy].some((text) => text.toLowerCase().includes(needle)),
  );
  const keyOf = keys[view.column] ?? (({ path }) => path);
  const sign = view.descending ? -1 : 1;
  return found.toSorted((a, b) => sign * compare(keyOf(a), keyOf(b)) || compare(a.path, b.path));
}

function compare(a: string | number, b: string | number): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b));
}
