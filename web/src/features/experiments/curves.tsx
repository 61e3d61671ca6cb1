import { SegmentedControl, Switch } from '@mantine/core';
import { Loading } from '../../ui/loading.tsx';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Run } from '../../../../sdk/src/mlflow.ts';
import { LineChart } from '../../charts/line-chart.tsx';
import { toSeries } from '../../charts/series.ts';
import type { Zoom } from '../../charts/zoom.ts';
import { Empty } from '../../ui/empty.tsx';
import { Problem } from '../../ui/problem.tsx';
import type { CurvesView } from './curves-view.ts';
import { curvesQuery } from './run-queries.ts';

interface CurvesProps {
  readonly runs: readonly Run[];
  readonly keys: readonly string[];
  readonly view: CurvesView;
  readonly onChange: (view: CurvesView) => void;
  readonly empty: string;
}

/** A chart for each metric, all runs in each; the charts share axis, cursor and zoom. */
export function Curves({ runs, keys, view, onChange, empty }: CurvesProps) {
  const colours = useMemo(() => new Map(runs.map((run, index) => [run.id, index])), [runs]);
  if (keys.length === 0) return <Empty>{empty}</Empty>;
  const shown = view.metrics === undefined ? keys : keys.filter((key) => view.metrics?.includes(key));
  return (
    <>
      <CurveControls view={view} onChange={onChange} />
      <div className="charts-grid">
        {shown.map((key) => (
          <Curve key={key} metric={key} runs={runs} colours={colours} view={view} onZoom={(zoom) => onChange({ ...view, zoom })} />
        ))}
      </div>
    </>
  );
}

function CurveControls({ view, onChange }: Pick<CurvesProps, 'view' | 'onChange'>) {
  return (
    <div className="chart-controls" role="group" aria-label="How curves are drawn">
      <SegmentedControl
        aria-label="Horizontal axis"
        value={view.axis}
        onChange={(axis) => onChange({ ...view, axis, zoom: undefined })}
        data={[
          { value: 'step', label: 'Step' },
          { value: 'relative', label: 'Relative' },
          { value: 'wall', label: 'Wall clock' },
        ]}
      />
      <Switch label="Log scale" checked={view.log} onChange={(event) => onChange({ ...view, log: event.currentTarget.checked })} />
      <label className="smoothing">
        Smoothing
        <input
          type="range"
          min="0"
          max="0.99"
          step="0.01"
          value={view.smoothing}
          onChange={(event) => onChange({ ...view, smoothing: Number(event.currentTarget.value) })}
        />
        <span>{view.smoothing.toFixed(2)}</span>
      </label>
      {view.zoom === undefined ? (
        <span className="dim">Drag in a chart to zoom</span>
      ) : (
        <button type="button" className="link-button" onClick={() => onChange({ ...view, zoom: undefined })}>
          Show all
        </button>
      )}
    </div>
  );
}

function Curve(props: {
  metric: string;
  runs: readonly Run[];
  colours: ReadonlyMap<string, number>;
  view: CurvesView;
  onZoom: (zoom: Zoom | undefined) => void;
}) {
  const { metric, runs, view } = props;
  const having = useMemo(() => runs.filter((run) => run.metrics.some(({ key }) => key === metric)), [runs, metric]);
  const ids = having.map((run) => run.id).slice(0, 100);
  const running = having.some((run) => run.status === 'RUNNING');
  // Zoomed in, the server samples that stretch alone: more points than the whole curve showed.
  const steps =
    view.zoom !== undefined && view.axis === 'step' ? ([Math.floor(view.zoom.from), Math.ceil(view.zoom.to)] as const) : undefined;
  const curves = useQuery(curvesQuery(ids, metric, steps, running));
  const series = useMemo(
    () =>
      having.map((run) =>
        toSeries({
          id: run.id,
          name: run.name,
          startTime: run.startTime,
          axis: view.axis,
          points: curves.data?.items.find((curve) => curve.run === run.id)?.points ?? [],
        }),
      ),
    [having, curves.data, view.axis],
  );
  if (curves.error !== null) return <Problem error={curves.error} onRetry={() => void curves.refetch()} />;
  if (curves.data === undefined) return <Loading what={`Loading ${metric}`} />;
  return (
    <LineChart
      title={metric}
      series={series}
      colours={props.colours}
      axis={view.axis}
      log={view.log}
      smoothing={view.smoothing}
      zoom={view.zoom}
      onZoom={props.onZoom}
    />
  );
}
