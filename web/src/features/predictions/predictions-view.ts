import type { Prediction } from '../../../../src/api/predictions.ts';
import type { PredictionQuery } from '../../../../sdk/src/millwright.ts';
import { readList, writeList } from '../../app/search.ts';

export type Outcome = 'answered' | 'failed';

/** What the predictions page shows, as its address says it. */
export interface PredictionsView {
  readonly endpoint: string | undefined;
  /** `name/version`. */
  readonly version: string | undefined;
  readonly outcome: Outcome | undefined;
  /** The time range: a span up to now such as `1h`, or two times in milliseconds with `..` between. */
  readonly range: string | undefined;
  /** The filter language of predictions. */
  readonly filter: string;
  /** Words of the error. */
  readonly text: string;
  /** Undefined: chosen by what the predictions have. */
  readonly columns: readonly string[] | undefined;
  /** Request id of the record that is open. */
  readonly record: string | undefined;
}

const keys = ['endpoint', 'version', 'outcome', 'range', 'filter', 'text', 'cols', 'record'] as const;
export type PredictionsSearch = { [K in (typeof keys)[number]]?: string | undefined };

export function readPredictionsView(search: PredictionsSearch): PredictionsView {
  const { endpoint, version, outcome, range, record } = search;
  return {
    endpoint,
    version: version !== undefined && version.lastIndexOf('/') > 0 ? version : undefined,
    outcome: outcome === 'answered' || outcome === 'failed' ? outcome : undefined,
    range: range !== undefined && boundsOf(range, 0) !== undefined ? range : undefined,
    filter: search.filter ?? '',
    text: search.text ?? '',
    columns: search.cols === undefined ? undefined : [...new Set(readList(search.cols))],
    record,
  };
}

export function writePredictionsView(view: PredictionsView): { [K in keyof Required<PredictionsSearch>]: string | undefined } {
  const { endpoint, version, outcome, range, record } = view;
  return {
    endpoint,
    version,
    outcome,
    range,
    filter: view.filter === '' ? undefined : view.filter,
    text: view.text === '' ? undefined : view.text,
    cols: view.columns === undefined ? undefined : writeList(view.columns),
    record,
  };
}

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `1h` ends now and stays open; `100..200` is from the first time on, before the second; either may be left out. */
export function boundsOf(range: string, now: number): { from?: number; to?: number } | undefined {
  const span = /^(\d{1,4})([mhd])$/.exec(range);
  if (span !== null) return { from: now - Number(span[1]) * unitMs[span[2] as keyof typeof unitMs] };
  const times = /^(\d{0,15})\.\.(\d{0,15})$/.exec(range);
  if (times === null || times[0] === '..') return undefined;
  return { ...(times[1] === '' ? {} : { from: Number(times[1]) }), ...(times[2] === '' ? {} : { to: Number(times[2]) }) };
}

/** A time as a field for times of the reader's zone holds it: `2026-11-21T09:51`. */
export function localTime(at: number): string {
  return new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** What the server is asked for. */
export function queryOf(view: PredictionsView, now: number): PredictionQuery {
  const filter = [view.filter.trim(), outcomeFilter(view.outcome)].filter((part) => part !== '');
  return {
    ...(view.endpoint === undefined ? {} : { endpoint: view.endpoint }),
    ...(view.version === undefined ? {} : versionOf(view.version)),
    ...(filter.length === 0 ? {} : { filter: filter.length === 1 ? filter[0]! : `(${filter[0]}) and ${filter[1]}` }),
    ...(view.text === '' ? {} : { text: view.text }),
    ...(view.range === undefined ? {} : boundsOf(view.range, now)),
  };
}

function versionOf(text: string): { readonly model: string; readonly version: string } {
  const slash = text.lastIndexOf('/');
  return { model: text.slice(0, slash), version: text.slice(slash + 1) };
}

function outcomeFilter(outcome: Outcome | undefined): string {
  return outcome === undefined ? '' : outcome === 'failed' ? 'status >= 400' : 'status < 400';
}

/** The same search in one filter, for the command line. */
export function wholeFilter(query: PredictionQuery): string {
  const { model, version, from, to, filter } = query;
  const facts = [
    model === undefined ? '' : `model = ${quoted(model)}`,
    version === undefined ? '' : `version = ${quoted(version)}`,
    from === undefined ? '' : `at_ms >= ${from}`,
    to === undefined ? '' : `at_ms < ${to}`,
  ].filter((part) => part !== '');
  if (filter === undefined) return facts.join(' and ');
  return facts.length === 0 ? filter : `(${filter}) and ${facts.join(' and ')}`;
}

/** A field as the filter language writes it. */
export function featureField(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_.]*$/.test(name) ? `features.${name}` : `features."${name.replaceAll('"', '""')}"`;
}

/** The comparison that finds rows with this very value; undefined where the filter language has none. */
export function equalTo(field: string, value: unknown): string | undefined {
  if (value === null) return `${field} = null`;
  if (typeof value === 'number') return `${field} = ${value}`;
  if (typeof value === 'string') return `${field} = ${quoted(value)}`;
  return typeof value === 'boolean' ? `${field} = ${value}` : undefined;
}

export function withComparison(filter: string, comparison: string): string {
  const trimmed = filter.trim();
  if (trimmed === '') return comparison;
  return / or /i.test(trimmed) ? `(${trimmed}) and ${comparison}` : `${trimmed} and ${comparison}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Names of the features that the rows have, those of most rows first. */
export function featuresOf(rows: readonly Prediction[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { features } of rows) for (const name of Object.keys(features ?? {})) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a).map(([name]) => name);
}

/** Columns for predictions that nobody chose columns for. */
export function suggestPredictionColumns(rows: readonly Prediction[], featureLimit = 6): readonly string[] {
  const failed = rows.filter(({ errorCode }) => errorCode !== null).length;
  const allFailed = failed > 0 && failed === rows.length;
  return [
    ...(allFailed ? ['at', 'status', 'error', 'endpoint', 'version'] : ['at', 'status', 'endpoint', 'version', 'prediction']),
    'latency',
    ...featuresOf(rows)
      .slice(0, featureLimit)
      .map((name) => `features.${name}`),
    ...(failed > 0 && !allFailed ? ['error'] : []),
  ];
}
