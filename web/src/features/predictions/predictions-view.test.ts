import { expect, test } from 'vitest';
import {
  boundsOf,
  equalTo,
  featureField,
  localTime,
  queryOf,
  readPredictionsView,
  wholeFilter,
  withComparison,
  writePredictionsView,
} from './predictions-view.ts';

const search = {
  endpoint: 'load',
  version: 'a/b/3',
  outcome: 'failed',
  range: '1h',
  filter: 'features.x = 1 or prediction > 2',
  text: 'division zero',
  cols: 'at,features.a~cb',
  record: 'q1',
};

test('the address and the view are the same', () => {
  const view = readPredictionsView(search);
  expect(view).toMatchObject({ columns: ['at', 'features.a,b'], outcome: 'failed' });
  expect(writePredictionsView(view)).toEqual(search);
});

test('what an address cannot mean is passed over, and no column stands twice', () => {
  const view = readPredictionsView({ outcome: 'nonsense', range: 'soon', version: 'm', cols: 'at,run,at' });
  expect(view).toMatchObject({ outcome: undefined, range: undefined, version: undefined, filter: '', columns: ['at', 'run'] });
});

test('the search asks for what the view shows, and one filter says the same', () => {
  const query = queryOf(readPredictionsView(search), 10_000_000);
  expect(query).toEqual({
    endpoint: 'load',
    model: 'a/b',
    version: '3',
    filter: '(features.x = 1 or prediction > 2) and status >= 400',
    text: 'division zero',
    from: 6_400_000,
  });
  expect(wholeFilter(query)).toBe(
    "((features.x = 1 or prediction > 2) and status >= 400) and model = 'a/b' and version = '3' and at_ms >= 6400000",
  );
  expect(queryOf(readPredictionsView({}), 1)).toEqual({});
});

test('ranges are a span up to now, or two times of which one may be left out', () => {
  expect(boundsOf('15m', 1_000_000)).toEqual({ from: 100_000 });
  expect(boundsOf('5..', 9)).toEqual({ from: 5 });
  expect(boundsOf('5..7', 9)).toEqual({ from: 5, to: 7 });
  expect(boundsOf('..', 9)).toBeUndefined();
  expect(new Date(localTime(1_750_000_020_000)).getTime()).toBe(1_750_000_020_000);
});

test('a feature becomes a comparison that finds its value', () => {
  expect(equalTo(featureField('hour of "day"'), 4)).toBe('features."hour of ""day""" = 4');
  expect(equalTo(featureField('zone'), "d'or")).toBe("features.zone = 'd''or'");
  expect(equalTo(featureField('x'), null)).toBe('features.x = null');
  expect(equalTo(featureField('x'), true)).toBe('features.x = true');
  expect(equalTo(featureField('x'), [1])).toBeUndefined();
  expect(withComparison('a = 1 or b = 2', 'c = 3')).toBe('(a = 1 or b = 2) and c = 3');
  expect(withComparison(' ', 'c = 3')).toBe('c = 3');
});
