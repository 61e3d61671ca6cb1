import { expect, test } from 'vitest';
import { readCurvesView, writeCurvesView } from './curves-view.ts';

test('a link reopens the curves as they were seen', () => {
  const view = { metrics: ['loss', 'val/loss'], axis: 'wall' as const, log: true, smoothing: 0.6, zoom: { from: 10.5, to: 20 } };
  expect(readCurvesView(writeCurvesView(view) as Record<string, string>)).toEqual(view);
});

test('what cannot be read is the plain view', () => {
  expect(readCurvesView({ x: 'nonsense', smooth: 'NaN', zoom: '5..1' })).toEqual({
    metrics: undefined,
    axis: 'step',
    log: false,
    smoothing: 0,
    zoom: undefined,
  });
});
