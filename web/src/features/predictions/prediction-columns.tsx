import { Link } from '@tanstack/react-router';
import type { Prediction } from '../../../../src/api/predictions.ts';
import type { Column } from '../../ui/data-table.tsx';
import { formatLatency, formatMetric, formatTime, shortId } from '../../ui/format.ts';
import { StateMark } from '../../ui/state-mark.tsx';
import { Age } from '../../ui/time.tsx';
import { RecordedEndpoint } from '../../ui/recorded-endpoint.tsx';

/** Columns beside the features. */
export const factTitles: Readonly<Record<string, string>> = {
  at: 'When',
  request: 'Request',
  row: 'Row',
  endpoint: 'Endpoint',
  version: 'Model version',
  status: 'Status',
  prediction: 'Prediction',
  latency: 'Latency',
  error: 'Error',
  protocol: 'Protocol',
  run: 'Run',
};

const widths: Readonly<Record<string, number>> = {
  at: 96,
  status: 140,
  version: 170,
  endpoint: 140,
  prediction: 120,
  latency: 90,
  error: 260,
  row: 60,
};
const numbers = new Set(['row', 'latency']);

export function titleOfColumn(id: string): string {
  return factTitles[id] ?? id.replace(/^features\./, '');
}

export function predictionColumn(id: string, rows: readonly Prediction[], grow: boolean): Column<Prediction> {
  return {
    id,
    title: titleOfColumn(id),
    width: widths[id] ?? 100,
    numeric: numbers.has(id) || isNumeric(id, rows),
    grow,
    cell: (row) => cellOf(id, row),
  };
}

/** Numbers stand right; a column is judged by its first values. */
function isNumeric(id: string, rows: readonly Prediction[]): boolean {
  if (id !== 'prediction' && !id.startsWith('features.')) return false;
  const values = rows.slice(0, 50).map((row) => plainValue(valueOfColumn(id, row)));
  return (
    values.some((value) => typeof value === 'number') &&
    values.every((value) => typeof value === 'number' || value === null || value === undefined)
  );
}

function cellOf(id: string, row: Prediction) {
  if (id === 'at') return <Age at={row.at} />;
  if (id === 'status') return <StatusMark row={row} />;
  if (id === 'request') return <code title={row.requestId}>{shortId(row.requestId)}</code>;
  if (id === 'version' && row.model !== null)
    return (
      <Link to="/models/$name" params={{ name: row.model }} search={{ version: row.version ?? undefined }}>
        {row.model} v{row.version}
      </Link>
    );
  if (id === 'run' && row.runId !== null)
    return (
      <Link to="/experiments/runs/$runId" params={{ runId: row.runId }} title={row.runId}>
        <code>{shortId(row.runId)}</code>
      </Link>
    );
  if (id === 'latency') return <Latency ms={row.latencyMs} />;
  if (id === 'endpoint') return <RecordedEndpoint record={row} />;
  if (id === 'error')
    return <span title={row.errorMessage ?? ''}>{row.errorCode === null ? '' : `${row.errorCode}: ${row.errorMessage ?? ''}`}</span>;
  return <Value value={valueOfColumn(id, row)} />;
}

/** Colour and shape for whether it was answered, and the status that the client saw. */
export function StatusMark({ row }: { row: Pick<Prediction, 'status'> }) {
  const state = row.status < 400 ? 'succeeded' : row.status === 429 || row.status === 503 ? 'needs you' : 'failed';
  return <StateMark state={state} word={`${row.status} ${row.status < 400 ? 'answered' : row.status < 500 ? 'refused' : 'failed'}`} />;
}

/** Rounded to what it is worth, all of it on hover. */
export function Latency({ ms }: { ms: number }) {
  return <span title={`${ms} ms`}>{formatLatency(ms)}</span>;
}

/** Four figures of a number, all of it on hover; anything else as JSON. */
export function Value({ value }: { value: unknown }) {
  const plain = plainValue(value);
  if (plain === null || plain === undefined) return <span className="dim">–</span>;
  if (typeof plain === 'number') return <span title={String(plain)}>{formatMetric(plain)}</span>;
  const text = typeof plain === 'string' ? plain : JSON.stringify(plain);
  return <span title={text}>{text}</span>;
}

/** What a list or an object of one value holds. */
function plainValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const values: unknown[] = Object.values(value);
  return values.length === 1 ? plainValue(values[0]) : value;
}

function valueOfColumn(id: string, row: Prediction): unknown {
  if (id.startsWith('features.')) return row.features?.[id.slice('features.'.length)];
  const facts: Readonly<Record<string, unknown>> = {
    row: row.row,
    endpoint: row.endpoint,
    version: row.model,
    prediction: row.prediction,
    protocol: row.protocol,
    run: row.runId,
  };
  return facts[id];
}

/** The whole value, for a file. */
export function exportedValue(id: string, row: Prediction): string | number {
  const facts: Readonly<Record<string, string | number>> = {
    at: formatTime(row.at, 'UTC'),
    request: row.requestId,
    status: row.status,
    version: row.model === null ? '' : `${row.model}/${row.version ?? ''}`,
    latency: row.latencyMs,
    error: row.errorCode === null ? '' : `${row.errorCode}: ${row.errorMessage ?? ''}`,
  };
  const value = facts[id] ?? plainValue(valueOfColumn(id, row));
  if (typeof value === 'number' || typeof value === 'string') return value;
  return value === null || value === undefined ? '' : JSON.stringify(value);
}
