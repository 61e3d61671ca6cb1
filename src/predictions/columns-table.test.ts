import { expect, test } from 'vitest';
import { predictionsTable } from './columns-table.ts';
import { encodeRecord } from './payload.ts';

function columnsOf(features: object): readonly unknown[] {
  const payload = encodeRecord({
    workspaceId: 1,
    requestId: 'r',
    endpoint: 'e',
    model: undefined,
    at: 0,
    latencyMs: 0,
    status: 200,
    protocol: 'sent',
    input: { form: 'json', text: JSON.stringify([features]), rows: 1, params: undefined },
    output: undefined,
    error: undefined,
  });
  const [row] = predictionsTable.rowsOf(Buffer.concat(payload));
  return Object.keys(predictionsTable.columns).flatMap((name, index) => (name === 'features' ? [row![index]] : []));
}

test('features are JSON that every reader takes: halves of surrogate pairs are replaced, all else stays', () => {
  expect(columnsOf({ a: '\ud800\udbff', '\udc00': String.raw`\ud800`, pair: '😀', nul: '\u0000' })).toEqual([
    String.raw`{"a":"��","�":"\\ud800","pair":"😀","nul":"\u0000"}`,
  ]);
});
