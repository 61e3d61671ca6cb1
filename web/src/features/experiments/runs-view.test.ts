import { describe, expect, test } from 'vitest';
import type { Run } from '../../../../sdk/src/mlflow.ts';
import { nest, readRunsView, splitColumn, suggestColumns, toFilter, toOrderBy, writeRunsView } from './runs-view.ts';

function run(id: string, parent?: string, more: Partial<Run> = {}): Run {
  return {
    id,
    name: id,
    experimentId: '1',
    userId: '',
    status: 'FINISHED',
    startTime: 0,
    endTime: 1,
    artifactUri: '',
    deleted: false,
    metrics: [],
    params: {},
    tags: parent === undefined ? {} : { 'mlflow.parentRunId': parent },
    datasets: [],
    modelOutputs: [],
    modelInputs: [],
    ...more,
  };
}

describe('the address of the runs page', () => {
  test('says all that is shown', () => {
    const view = {
      experimentIds: ['1', '2'],
      filter: 'metrics.rmse < 300',
      sort: { column: 'metrics.a:b', descending: true },
      columns: ['metrics.rmse', 'params.a,b'],
      deleted: true,
      selected: ['aa', 'bb'],
      flat: true,
    };
    const written = writeRunsView(view);
    expect(written.sort).toBe('metrics.a:b:desc');
    expect(readRunsView(written as Record<string, string>)).toEqual(view);
  });

  test('is empty for the plain page', () => {
    expect(Object.values(writeRunsView(readRunsView({}))).every((value) => value === undefined)).toBe(true);
  });
});

describe('the filter', () => {
  test.each([
    ['forest', "attributes.run_name ILIKE '%forest%'"],
    ["o'hara", "attributes.run_name ILIKE '%ohara%'"],
    ['metrics.rmse < 300', 'metrics.rmse < 300'],
    ['tags.x is not null', 'tags.x is not null'],
    ['   ', ''],
  ])('%s', (text, filter) => expect(toFilter(text)).toBe(filter));
});

test('a sort becomes an order_by whose key may hold anything', () => {
  expect(toOrderBy({ column: 'metrics.val.loss', descending: false })).toEqual(['metrics.`val.loss` ASC']);
  expect(splitColumn('params.a.b')).toEqual(['params', 'a.b']);
});

describe('nested runs', () => {
  test('stand below their parent, whichever came first', () => {
    const rows = nest([run('child', 'top'), run('top'), run('other')], { flat: false, collapsed: new Set() });
    expect(rows.map((row) => [row.run.id, row.depth])).toEqual([
      ['top', 0],
      ['child', 1],
      ['other', 0],
    ]);
  });

  test('are hidden below a collapsed parent, and stand alone where the parent is not loaded', () => {
    const rows = nest([run('top'), run('child', 'top'), run('lost', 'elsewhere')], { flat: false, collapsed: new Set(['top']) });
    expect(rows.map((row) => row.run.id)).toEqual(['top', 'lost']);
    expect(rows[0]).toMatchObject({ children: 1, collapsed: true });
  });
});

test('what is no column stands in no view, and nothing twice', () => {
  const view = readRunsView({ cols: 'foo,,bar.x,metrics.,metrics.a,params.b,metrics.a', sort: 'foo:asc', runs: 'r,r' });
  expect([view.columns, view.sort, view.selected]).toEqual([['metrics.a', 'params.b'], undefined, ['r']]);
});

test('suggested columns: metrics that runs share, params that differ', () => {
  const metric = (key: string) => ({ key, value: 1, timestamp: 0, step: 0 });
  const runs = [
    run('a', undefined, { metrics: [metric('rmse'), metric('system/cpu')], params: { alpha: '1', same: 'x' } }),
    run('b', undefined, { metrics: [metric('rmse'), metric('mae')], params: { alpha: '2', same: 'x' } }),
  ];
  expect(suggestColumns(runs)).toEqual([
    'attributes.status',
    'attributes.start_time',
    'attributes.duration',
    'metrics.rmse',
    'metrics.mae',
    'params.alpha',
  ]);
});
