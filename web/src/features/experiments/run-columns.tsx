import { Link } from '@tanstack/react-router';
import type { Experiment, Run } from '../../../../sdk/src/mlflow.ts';
import type { Column } from '../../ui/data-table.tsx';
import { ChevronDownIcon, ChevronRightIcon } from '../../ui/icons.tsx';
import { MetricCell } from '../../ui/metric.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { Age, Duration } from '../../ui/time.tsx';
import { splitColumn, type RunRow } from './runs-view.ts';

export const attributeTitles: Readonly<Record<string, string>> = {
  run_name: 'Run',
  status: 'State',
  start_time: 'Started',
  duration: 'Duration',
  experiment: 'Experiment',
  user_id: 'User',
  dataset: 'Dataset',
  commit: 'Commit',
  source: 'Source',
  run_id: 'Run id',
};

const sortableAttributes = new Set(['run_name', 'status', 'start_time', 'user_id', 'run_id']);

export interface ColumnContext {
  readonly experiments: ReadonlyMap<string, Experiment>;
  readonly onToggle: (runId: string) => void;
}

export function nameColumn({ onToggle }: ColumnContext): Column<RunRow> {
  return {
    id: 'attributes.run_name',
    title: 'Run',
    width: 230,
    grow: true,
    sortable: true,
    cell: ({ run, depth, children, collapsed }) => (
      <span className="run-name" style={{ paddingLeft: depth * 18 }}>
        {children > 0 && (
          <button
            type="button"
            className="run-toggle"
            onClick={() => onToggle(run.id)}
            aria-expanded={!collapsed}
            aria-label={`Children of ${run.name}`}
          >
            {collapsed ? <ChevronRightIcon size={12} /> : <ChevronDownIcon size={12} />}
          </button>
        )}
        <Link to="/experiments/runs/$runId" params={{ runId: run.id }} title={run.name}>
          {run.name}
        </Link>
        {collapsed && <span className="dim"> {children} nested</span>}
      </span>
    ),
  };
}

export function columnFor(id: string, context: ColumnContext): Column<RunRow> {
  const [kind, key] = splitColumn(id);
  if (kind === 'metrics') {
    return {
      id,
      title: key,
      width: 104,
      numeric: true,
      sortable: true,
      cell: ({ run }) => <MetricCell value={metricOf(run, key)} />,
    };
  }
  if (kind === 'attributes') {
    return {
      id,
      title: attributeTitles[key] ?? key,
      width: attributeWidths[key] ?? 110,
      sortable: sortableAttributes.has(key),
      numeric: key === 'duration',
      cell: ({ run }) => attributeCell(run, key, context),
    };
  }
  const valueOf = (run: Run) => (kind === 'params' ? run.params[key] : run.tags[key]);
  return {
    id,
    title: key,
    width: 120,
    sortable: true,
    cell: ({ run }) => <span title={valueOf(run)}>{valueOf(run) ?? <span className="dim">–</span>}</span>,
  };
}

const attributeWidths: Readonly<Record<string, number>> = {
  status: 100,
  start_time: 96,
  duration: 88,
  experiment: 150,
  dataset: 150,
  source: 170,
};

export function metricOf(run: Run, key: string): number | undefined {
  return run.metrics.find((metric) => metric.key === key)?.value;
}

function attributeCell(run: Run, key: string, { experiments }: ColumnContext) {
  switch (key) {
    case 'status':
      return <StateMark state={run.deleted ? 'DELETED' : run.status} />;
    case 'start_time':
      return <Age at={run.startTime} />;
    case 'duration':
      return <Duration from={run.startTime} to={run.endTime} />;
    case 'run_id':
      return <code>{run.id}</code>;
    default: {
      const text = attributeText(run, key, experiments);
      return text === '' ? (
        <span className="dim">–</span>
      ) : (
        <span title={text}>{key === 'commit' ? <code>{text.slice(0, 8)}</code> : text}</span>
      );
    }
  }
}

function attributeText(run: Run, key: string, experiments: ReadonlyMap<string, Experiment>): string {
  switch (key) {
    case 'experiment':
      return experiments.get(run.experimentId)?.name ?? run.experimentId;
    case 'dataset':
      return run.datasets.map((dataset) => dataset.name).join(', ');
    case 'commit':
      return run.tags['mlflow.source.git.commit'] ?? '';
    case 'source':
      return run.tags['millwright.stage'] ?? run.tags['mlflow.source.name'] ?? '';
    case 'user_id':
      return run.userId;
    default:
      return '';
  }
}

/** A cell's whole value, as exports carry it. */
export function exportValue(run: Run, id: string, experiments: ReadonlyMap<string, Experiment>): string | number {
  const [kind, key] = splitColumn(id);
  if (kind === 'metrics') return metricOf(run, key) ?? '';
  if (kind === 'params') return run.params[key] ?? '';
  if (kind === 'tags') return run.tags[key] ?? '';
  switch (key) {
    case 'run_name':
      return run.name;
    case 'status':
      return run.status;
    case 'start_time':
      return new Date(run.startTime).toISOString();
    case 'duration':
      return run.endTime === undefined ? '' : (run.endTime - run.startTime) / 1000;
    case 'run_id':
      return run.id;
    default:
      return attributeText(run, key, experiments);
  }
}
