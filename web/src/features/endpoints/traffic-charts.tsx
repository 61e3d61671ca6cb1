import { SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { StatisticsWindow } from '../../../../src/api/endpoints.ts';
import { LineChart } from '../../charts/line-chart.tsx';
import type { Series } from '../../charts/series.ts';
import { writeZoom, type Zoom } from '../../charts/zoom.ts';
import { Asked } from '../../ui/asked.tsx';
import { formatDuration } from '../../ui/format.ts';
import { Section } from '../../ui/page.tsx';
import { trafficQuery } from './endpoint-queries.ts';
import { ranges, type Range } from './traffic-range.ts';

interface Line {
  readonly name: string;
  readonly colour: number;
  readonly value: (window: StatisticsWindow) => number | null;
}

const charts: readonly { readonly title: string; readonly lines: readonly Line[] }[] = [
  { title: 'Requests per second', lines: [{ name: 'requests/s', colour: 2, value: ({ perSecond }) => perSecond }] },
  {
    title: 'Latency, ms',
    lines: [
      { name: 'p50', colour: 0, value: ({ p50Ms }) => p50Ms },
      { name: 'p95', colour: 1, value: ({ p95Ms }) => p95Ms },
      { name: 'p99', colour: 3, value: ({ p99Ms }) => p99Ms },
    ],
  },
  {
    title: 'Errors',
    lines: [
      { name: '4xx', colour: 4, value: ({ clientErrors }) => clientErrors },
      { name: '5xx', colour: 5, value: ({ serverErrors }) => serverErrors },
    ],
  },
];

/** How it answered over a range; the charts share cursor and zoom, and both stand in the address. */
export function TrafficCharts({ name, range, zoom }: { name: string; range: Range; zoom: Zoom | undefined }) {
  const query = useQuery(trafficQuery(name, range, zoom));
  const navigate = useNavigate({ from: '/endpoints/$name' });
  const show = (next: { range: Range; zoom: Zoom | undefined }) =>
    void navigate({ search: { range: next.range === '15m' ? undefined : next.range, zoom: writeZoom(next.zoom) }, replace: true });
  const zoomTo = (next: Zoom | undefined) =>
    show({ range, zoom: next === undefined ? undefined : { from: Math.floor(next.from), to: Math.ceil(next.to) } });
  return (
    <Section
      title="Over time"
      actions={
        <SegmentedControl
          aria-label="Time range"
          value={range}
          onChange={(chosen) => show({ range: chosen, zoom: undefined })}
          data={Object.entries(ranges).map(([value, { title }]) => ({ value: value as Range, label: title }))}
        />
      }
    >
      <Asked query={query}>
        {(traffic) => (
          <>
            <div className="endpoint-charts">
              {charts.map(({ title, lines }) => (
                <LineChart
                  key={title}
                  title={title}
                  series={lines.map((line) => seriesOf(line, traffic.windows))}
                  colours={new Map(lines.map((line) => [line.name, line.colour]))}
                  axis="wall"
                  log={false}
                  smoothing={0}
                  zoom={zoom}
                  onZoom={zoomTo}
                  height={130}
                  dots
                  names={['line', 'name']}
                />
              ))}
            </div>
            <p className="dim endpoint-cover">
              {traffic.source === 'counters'
                ? 'Windows of 5 s, of this server process.'
                : `Windows of ${formatDuration(traffic.bucketMs)}, from the inference records that this server finds: those that were not sampled are not counted.`}{' '}
              {zoom === undefined ? (
                'Drag in a chart to zoom.'
              ) : (
                <button type="button" className="link-button" onClick={() => zoomTo(undefined)}>
                  Show all
                </button>
              )}
            </p>
          </>
        )}
      </Asked>
    </Section>
  );
}

function seriesOf({ name, value }: Line, windows: readonly StatisticsWindow[]): Series {
  return { id: name, name, x: windows.map(({ from }) => from / 1000), y: windows.map((window) => value(window) ?? Number.NaN) };
}
