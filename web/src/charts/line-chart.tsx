import { ActionIcon, useComputedColorScheme } from '@mantine/core';
import { useEffect, useMemo, useRef } from 'react';
import './valid-language.ts';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { formatMetric, formatTime } from '../ui/format.ts';
import { download, toCsv } from '../ui/csv.ts';
import { DownloadIcon } from '../ui/icons.tsx';
import { exportPng } from './export-png.ts';
import { colourOf, dashOf } from './palette.ts';
import { align, type Series, type XAxis } from './series.ts';
import type { Zoom } from './zoom.ts';
import './line-chart.css';

interface LineChartProps {
  readonly title: string;
  readonly series: readonly Series[];
  /** Place of each series in the palette, so that a run has one colour in every chart. */
  readonly colours: ReadonlyMap<string, number>;
  readonly axis: XAxis;
  readonly log: boolean;
  readonly smoothing: number;
  readonly zoom: Zoom | undefined;
  readonly onZoom: (zoom: Zoom | undefined) => void;
  readonly height?: number;
  /** Marks each point, so that one between gaps is seen. */
  readonly dots?: boolean;
  /** What the first two columns of the CSV are called. */
  readonly names?: readonly [id: string, name: string];
}

interface DrawnChart extends LineChartProps {
  readonly scheme: 'light' | 'dark';
}

const defaultHeight = 210;

/** Lines over steps or time: drag to zoom, double click to see all; charts of one page share the cursor. */
export function LineChart(given: LineChartProps) {
  const height = given.height ?? defaultHeight;
  const scheme = useComputedColorScheme('light');
  const props: DrawnChart = { ...given, scheme };
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(undefined);
  const data = useMemo(
    () => align(props.series, { smoothing: props.smoothing, log: props.log }),
    [props.series, props.smoothing, props.log],
  );
  const latest = useRef({ props, data });
  useEffect(() => {
    latest.current = { props, data };
  });

  const shape = JSON.stringify([
    props.series.map((line) => [line.id, line.name]),
    props.axis,
    props.log,
    props.smoothing > 0,
    props.zoom,
    scheme,
    height,
  ]);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const drawn = new uPlot(optionsFor(latest.current.props, element.clientWidth), latest.current.data, element);
    chart.current = drawn;
    const observer = new ResizeObserver(() => drawn.setSize({ width: element.clientWidth, height: drawn.height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      drawn.destroy();
      chart.current = undefined;
    };
    // `shape` holds every option that needs a new chart; data alone is set below.
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [shape]);
  useEffect(() => chart.current?.setData(data), [data]);

  return (
    <figure className="chart" aria-label={`${props.title}: ${props.series.length} ${props.series.length === 1 ? 'line' : 'lines'}`}>
      <figcaption className="chart-title">
        <span title={props.title}>{props.title}</span>
        <span className="chart-tools">
          <ActionIcon
            variant="subtle"
            color="gray"
            size={22}
            title="Save as PNG"
            aria-label={`Save ${props.title} as PNG`}
            onClick={() => chart.current && exportPng(chart.current, props.title)}
          >
            <DownloadIcon size={13} />
          </ActionIcon>
          <button
            type="button"
            className="chart-csv"
            title="Save the points as CSV"
            aria-label={`Save ${props.title} as CSV`}
            onClick={() => download(`${props.title}.csv`, toCsv(points(props)), 'text/csv')}
          >
            CSV
          </button>
        </span>
      </figcaption>
      <div ref={place} className="chart-place" style={{ minHeight: height }} />
    </figure>
  );
}

function points({ series, axis, names = ['run_id', 'run'] }: LineChartProps): (string | number)[][] {
  const rows: (string | number)[][] = [[...names, axis === 'step' ? 'step' : 'seconds', 'value']];
  for (const line of series) line.x.forEach((x, index) => rows.push([line.id, line.name, x, line.y[index] ?? Number.NaN]));
  return rows;
}

function optionsFor(props: DrawnChart, width: number): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const ink = style.getPropertyValue('--dim').trim();
  const grid = { stroke: style.getPropertyValue('--line').trim(), width: 1 };
  const font = `11px ${style.getPropertyValue('--sans')}`;
  const { zoom } = props;
  return {
    width,
    height: props.height ?? defaultHeight,
    padding: [8, 8, 0, 0],
    cursor: {
      sync: { key: `millwright.${props.axis}` },
      drag: { x: true, y: false, setScale: false },
      focus: { prox: 24 },
      bind: {
        dblclick: () => () => {
          props.onZoom(undefined);
          return null;
        },
      },
    },
    focus: { alpha: 0.35 },
    legend: { live: true },
    scales: {
      x: { time: props.axis === 'wall', ...(zoom === undefined ? {} : { range: [zoom.from, zoom.to] as [number, number] }) },
      y: props.log ? { distr: 3 } : {},
    },
    axes: [
      { stroke: ink, grid, ticks: grid, font, size: 32 },
      {
        stroke: ink,
        grid,
        ticks: grid,
        font,
        size: 58,
        values: (_, ticks) => ticks.map((tick) => (tick === null ? '' : formatMetric(tick))),
      },
    ],
    series: [{ label: props.axis === 'step' ? 'step' : 'time', value: (_, x) => formatX(x, props.axis) }, ...lineOptions(props)],
    hooks: {
      setSelect: [
        (drawn) => {
          if (drawn.select.width < 4) return;
          props.onZoom({ from: drawn.posToVal(drawn.select.left, 'x'), to: drawn.posToVal(drawn.select.left + drawn.select.width, 'x') });
        },
      ],
    },
  };
}

function lineOptions({ series, colours, smoothing, scheme, dots = false }: DrawnChart): uPlot.Series[] {
  return series.flatMap((line, position) => {
    const index = colours.get(line.id) ?? position;
    const stroke = colourOf(index, scheme);
    const drawn: uPlot.Series = {
      label: line.name,
      stroke,
      width: 1.6,
      dash: dashOf(index),
      spanGaps: false,
      points: { show: dots || line.x.length === 1, size: dots ? 4 : 7, fill: stroke },
      value: (_, value) => (value === null || value === undefined ? '–' : formatMetric(value)),
    };
    if (smoothing === 0) return [drawn];
    const raw: uPlot.Series = { ...drawn, label: `${line.name} raw`, width: 1, alpha: 0.32, class: 'chart-raw' };
    return [raw, drawn];
  });
}

function formatX(x: number | null, axis: XAxis): string {
  if (x === null || x === undefined) return '–';
  if (axis === 'step') return String(x);
  return axis === 'wall' ? formatTime(x * 1000) : `${formatMetric(x)} s`;
}
