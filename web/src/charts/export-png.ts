import type uPlot from 'uplot';
import { download } from '../ui/csv.ts';

/** The chart as it stands, on the page's background, with its title and the names of its lines. */
export function exportPng(chart: uPlot, title: string): void {
  const source = chart.ctx.canvas;
  const scale = window.devicePixelRatio;
  const names = chart.series.slice(1).filter((line) => line.class !== 'chart-raw');
  const top = 26 * scale;
  const canvas = document.createElement('canvas');
  canvas.width = source.width;
  canvas.height = source.height + top + names.length * 16 * scale + 8 * scale;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('this browser gives no canvas to draw on');
  const style = getComputedStyle(document.documentElement);
  const text = style.getPropertyValue('--text').trim();
  context.fillStyle = style.getPropertyValue('--bg').trim();
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(source, 0, top);
  context.fillStyle = text;
  context.font = `600 ${13 * scale}px sans-serif`;
  context.fillText(title, 12 * scale, 18 * scale);
  context.font = `${11 * scale}px sans-serif`;
  names.forEach((line, index) => {
    const y = source.height + top + (index + 1) * 16 * scale;
    // The chart library has turned colours into functions of the chart.
    context.fillStyle = typeof line.stroke === 'function' ? String(line.stroke(chart, index + 1)) : text;
    context.fillRect(12 * scale, y - 6 * scale, 14 * scale, 3 * scale);
    context.fillStyle = text;
    context.fillText(typeof line.label === 'string' ? line.label : '', 32 * scale, y);
  });
  canvas.toBlob((blob) => {
    if (blob !== null) download(`${title}.png`, blob, 'image/png');
  }, 'image/png');
}
