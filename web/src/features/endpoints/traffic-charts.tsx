import { SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { StatisticsWindow } from '../../../../src/api/endpoints.ts';
import { LineChart, type Zoom } from '../../charts/line-chart.tsx';
import type { Series } from '../../charts/series.ts';
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

/** How it answered over a range that stands in the address; the charts share cursor and zoom. */
export function TrafficCharts({ name, range }: { name: string; range: Range }) {
  const query = useQuery(trafficQuery(name, range));
  const navigate = useNavigate();
  const [zoom, setZoom] = useState<Zoom>();
  return (
    <Section
      title="Over time"
      actions={
        <SegmentedControl
          aria-label="Time range"
          value={range}
          onChange={(chosen) => {
            setZoom(undefined);
            void navigate({ to: '.', search: { range: chosen === '15m' ? undefined : chosen }, replace: true });
          }}
          data={Object.entries(ranges).map(([value, { title }]) => ({ value: value as Range, label: title }))}
        />
      }
    >
      <Asked query={query}>
        {(windows) => (
          <div className="endpoint-charts">
            {charts.map(({ title, lines }) => (
              <LineChart
                key={title}
                title={title}
                series={lines.map((line) => seriesOf(line, windows))}
                colours={new Map(lines.map((line) => [line.name, line.colour]))}
                axis="wall"
                log={false}
                smoothing={0}
                zoom={zoom}
                onZoom={setZoom}
                height={130}
                dots
                names={['line', 'name']}
              />
            ))}
          </div>
        )}
      </Asked>
      <p className="dim endpoint-cover">
        {range === '15m'
          ? 'Windows of 5 s, of this server process.'
          : `Windows of ${formatDuration(ranges[range].bucketMs)}, from the inference records that this server finds: those that were not sampled are not counted.`}{' '}
        Drag to zoom, double click to see all.
      </p>
    </Section>
  );
}

function seriesOf({ name, value }: Line, windows: readonly StatisticsWindow[]): Series {
  return { id: name, name, x: windows.map(({ from }) => from / 1000), y: windows.map((window) => value(window) ?? Number.NaN) };
}
