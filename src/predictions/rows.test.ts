import { expect, test } from 'vitest';
import type { InferenceRecord } from './record.ts';
import { rowsOfRecord } from './rows.ts';

test('whole numbers beyond 2⁵³ in what a Python model answered keep their digits, as texts', () => {
  const record: InferenceRecord = {
    workspaceId: 1,
    requestId: 'r',
    endpoint: 'e',
    model: undefined,
    at: 0,
    latencyMs: 0,
    status: 200,
    protocol: 'mlflow',
    input: { form: 'json', text: '[{"id":9007199254740993}]', rows: 1, params: undefined },
    output: { form: 'json', text: '[{"id":-9007199254740993,"small":7}]' },
    error: undefined,
  };
  expect(rowsOfRecord(record)).toMatchObject([{ features: { id: '9007199254740993' }, prediction: { id: '-9007199254740993', small: 7 } }]);
});
