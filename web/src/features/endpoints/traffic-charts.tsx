import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { StatisticsWindow } from '../../../../src/api/endpoints.ts';
import { LineChart, type Zoom } from '../../charts/line-chart.tsx';
import type { Series } from '../../charts/series.ts';
import { Asked } from '../../ui/asked.tsx';
import { statisticsQuery } from './endpoint-queries.ts';

interface Line {
  readonly name: string;
  readonly colour: number;
  readonly value: (slot: StatisticsWindow) => number | null;
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
    title: 'Errors in 5 s',
    lines: [
      { name: '4xx', colour: 4, value: ({ clientErrors }) => clientErrors },
      { name: '5xx', colour: 5, value: ({ serverErrors }) => serverErrors },
    ],
  },
];

/** The last 15 minutes; the charts share cursor and zoom. */
export function TrafficCharts({ name }: { name: string }) {
  const query = useQuery(statisticsQuery(name));
  const [zoom, setZoom] = useState<Zoom>();
  return (
    <Asked query={query}>
      {({ slots }) => (
        <div className="endpoint-charts">
          {charts.map(({ title, lines }) => (
            <LineChart
              key={title}
              title={title}
              series={lines.map((line) => seriesOf(line, slots))}
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
  );
}

function seriesOf({ name, value }: Line, slots: readonly StatisticsWindow[]): Series {
  return { id: name, name, x: slots.map(({ from }) => from / 1000), y: slots.map((slot) => value(slot) ?? Number.NaN) };
}
