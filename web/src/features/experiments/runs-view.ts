import type { Run } from '../../../../sdk/src/mlflow.ts';
import { readList, writeList } from '../../app/search.ts';
import type { Sort } from '../../ui/data-table.tsx';
import { readSort, writeSort } from '../../ui/list-view.ts';

/** What the runs page shows, as its address says it. */
export interface RunsView {
  /** Empty: all experiments. */
  readonly experimentIds: readonly string[];
  readonly filter: string;
  readonly sort: Sort | undefined;
  /** Undefined: chosen by what the runs have. */
  readonly columns: readonly string[] | undefined;
  readonly deleted: boolean;
  readonly selected: readonly string[];
  /** Children stand in the list like any run, not below their parent. */
  readonly flat: boolean;
}

export type RunsSearch = { [K in 'exp' | 'filter' | 'sort' | 'cols' | 'view' | 'runs' | 'flat']?: string | undefined };

export function readRunsView(search: RunsSearch): RunsView {
  return {
    experimentIds: readList(search.exp),
    filter: search.filter ?? '',
    sort: readSort(search.sort, isColumn),
    columns: search.cols === undefined ? undefined : [...new Set(readList(search.cols).filter(isColumn))],
    deleted: search.view === 'deleted',
    selected: [...new Set(readList(search.runs))],
    flat: search.flat === '1',
  };
}

export function writeRunsView(view: RunsView): { [K in keyof Required<RunsSearch>]: string | undefined } {
  return {
    exp: writeList(view.experimentIds),
    filter: view.filter === '' ? undefined : view.filter,
    sort: view.sort === undefined ? undefined : writeSort(view.sort),
    cols: view.columns === undefined ? undefined : writeList(view.columns),
    view: view.deleted ? 'deleted' : undefined,
    runs: writeList(view.selected),
    flat: view.flat ? '1' : undefined,
  };
}

/** Anything may stand in an address. */
function isColumn(text: string): boolean {
  return /^(metrics|params|tags|attributes)\.[^]/.test(text);
}

const comparison = /[=<>]|\b(i?like|is|in)\b/i;

/** MLflow's filter language; words without a comparison search the names of runs. */
export function toFilter(text: string): string {
  const trimmed = text.trim();
  if (trimmed === '' || comparison.test(trimmed)) return trimmed;
  return `attributes.run_name ILIKE '%${trimmed.replaceAll("'", '')}%'`;
}

/** A column as MLflow orders by it; undefined where it cannot. */
export function toOrderBy(sort: Sort | undefined): readonly string[] {
  if (sort === undefined) return [];
  const [kind, key] = splitColumn(sort.column);
  return [`${kind}.\`${key}\` ${sort.descending ? 'DESC' : 'ASC'}`];
}

/** `metrics.val.loss` → `['metrics', 'val.loss']`. */
export function splitColumn(column: string): readonly [string, string] {
  const dot = column.indexOf('.');
  return [column.slice(0, dot), column.slice(dot + 1)];
}

export interface RunRow {
  readonly run: Run;
  readonly depth: number;
  readonly children: number;
  readonly collapsed: boolean;
}

/** Children below their parent where both are loaded; order as the server gave it, at each level. */
export function nest(runs: readonly Run[], options: { flat: boolean; collapsed: ReadonlySet<string> }): readonly RunRow[] {
  if (options.flat) return runs.map((run) => ({ run, depth: 0, children: 0, collapsed: false }));
  const known = new Set(runs.map((run) => run.id));
  const children = new Map<string, Run[]>();
  const tops: Run[] = [];
  for (const run of runs) {
    const parent = run.tags['mlflow.parentRunId'];
    if (parent === undefined || parent === run.id || !known.has(parent)) tops.push(run);
    else children.set(parent, [...(children.get(parent) ?? []), run]);
  }
  const rows: RunRow[] = [];
  const placed = new Set<string>();
  const place = (run: Run, depth: number) => {
    placed.add(run.id);
    const below = children.get(run.id) ?? [];
    const collapsed = options.collapsed.has(run.id);
    rows.push({ run, depth, children: below.length, collapsed });
    for (const child of below) {
      if (collapsed) placed.add(child.id);
      else if (!placed.has(child.id)) place(child, depth + 1);
    }
  };
  for (const run of tops) place(run, 0);
  return rows;
}

/** Columns for runs that nobody chose columns for: the metrics most runs share, then params whose values differ. */
export function suggestColumns(runs: readonly Run[], limits = { metrics: 5, params: 4 }): readonly string[] {
  const metrics = new Map<string, number>();
  const params = new Map<string, Set<string>>();
  for (const run of runs) {
    for (const { key } of run.metrics) if (!key.startsWith('system/')) metrics.set(key, (metrics.get(key) ?? 0) + 1);
    for (const [key, value] of Object.entries(run.params)) params.set(key, (params.get(key) ?? new Set()).add(value));
  }
  const common = [...metrics].toSorted(([a, x], [b, y]) => y - x || a.localeCompare(b)).slice(0, limits.metrics);
  const telling = [...params].filter(([, values]) => values.size > 1).toSorted(([a], [b]) => a.localeCompare(b));
  return [
    ...['attributes.status', 'attributes.start_time', 'attributes.duration'],
    ...common.map(([key]) => `metrics.${key}`),
    ...telling.slice(0, limits.params).map(([key]) => `params.${key}`),
  ];
}
