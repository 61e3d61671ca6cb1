import { expect, test } from 'vitest';
import { predictionsTable } from './columns-table.ts';
import { encodeRecord } from './payload.ts';

/** Features and prediction as the table holds them, of a request in JSON. */
function columnsOf(features: string, prediction: string): readonly unknown[] {
  const payload = encodeRecord({
    workspaceId: 1,
    requestId: 'r',
    endpoint: 'e',
    model: undefined,
    at: 0,
    latencyMs: 0,
    status: 200,
    protocol: 'mlflow',
    input: { form: 'json', text: `[${features}]`, rows: 1, params: undefined },
    output: { form: 'json', text: `[${prediction}]` },
    error: undefined,
  });
  const [row] = predictionsTable.rowsOf(Buffer.concat(payload));
  const names = Object.keys(predictionsTable.columns);
  return ['features', 'prediction'].map((name) => row![names.indexOf(name)]);
}

test('features are JSON that every reader takes: halves of surrogate pairs are replaced, all else stays', () => {
  const features = JSON.stringify({ a: '\ud800\udbff', '\udc00': String.raw`\ud800`, pair: '😀', nul: '\u0000' });
  expect(columnsOf(features, '1')).toEqual([String.raw`{"a":"��","�":"\\ud800","pair":"😀","nul":"\u0000"}`, '1']);
});

test('whole numbers beyond 2⁵³ in what a Python model answered keep their digits, as texts', () => {
  expect(columnsOf('{"id":9007199254740993}', '{"id":-9007199254740993,"small":7}')).toEqual([
    '{"id":"9007199254740993"}',
    '{"id":"-9007199254740993","small":7}',
  ]);
});
