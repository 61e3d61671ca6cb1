import { Switch } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Run } from '../../../../sdk/src/mlflow.ts';
import { formatSigned } from '../../ui/format.ts';
import { MetricCell } from '../../ui/metric.tsx';
import { Section } from '../../ui/page.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { Duration } from '../../ui/time.tsx';
import '../../ui/comparison.css';
import { compareMetrics, compareParams, difference, type ComparedValue } from './compare.ts';

/** Metrics with their difference to the first run, then params; rows that differ are marked. */
export function CompareTable(props: { runs: readonly Run[]; onlyDifferences: boolean; onOnlyDifferences: (only: boolean) => void }) {
  const { runs, onlyDifferences } = props;
  const kept = <T,>(values: readonly ComparedValue<T>[]) => (onlyDifferences ? values.filter(({ differs }) => differs) : values);
  const metrics = kept(compareMetrics(runs));
  const params = kept(compareParams(runs));
  return (
    <>
      <Switch
        label="Only what differs"
        checked={onlyDifferences}
        onChange={(event) => props.onOnlyDifferences(event.currentTarget.checked)}
      />
      <Section title="Metrics (difference to the first run)">
        <Comparison
          label="Metrics compared"
          runs={runs}
          rows={metrics}
          about
          cell={(value, row) => {
            const base = row.values[0];
            const change = value === base ? undefined : difference(value, base);
            return (
              <>
                <MetricCell value={value} />
                {change !== undefined && (
                  <div className="delta">
                    {formatSigned(change.absolute)}
                    {change.percent !== undefined && ` (${formatSigned(change.percent)} %)`}
                  </div>
                )}
              </>
            );
          }}
        />
      </Section>
      <Section title="Params">
        <Comparison label="Params compared" runs={runs} rows={params} cell={(value) => value ?? <span className="dim">–</span>} />
      </Section>
    </>
  );
}

function Comparison<T>(props: {
  label: string;
  runs: readonly Run[];
  rows: readonly ComparedValue<T>[];
  about?: boolean;
  cell: (value: T | undefined, row: ComparedValue<T>) => ReactNode;
}) {
  if (props.rows.length === 0) return <p className="dim">Nothing differs.</p>;
  return (
    <div className="plain-scroll" role="region" aria-label={props.label} tabIndex={0}>
      <table className="plain compare-table">
        <thead>
          <tr>
            <td />
            {props.runs.map((run) => (
              <th key={run.id} scope="col">
                <Link to="/experiments/runs/$runId" params={{ runId: run.id }}>
                  {run.name}
                </Link>
                {props.about === true && (
                  <div className="delta">
                    <StateMark state={run.status} /> <Duration from={run.startTime} to={run.endTime} />
                  </div>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.rows.map((row) => (
            <tr key={row.key} className={row.differs && props.about !== true ? 'differs' : undefined}>
              <td>
                {row.key}
                {row.differs && <span className="visually-hidden"> (differs)</span>}
              </td>
              {props.runs.map((run, index) => (
                <td key={run.id}>{props.cell(row.values[index], row)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
