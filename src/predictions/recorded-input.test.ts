import { expect, test } from 'vitest';
import type { ModelInput } from '../formats/tensor/tensor.ts';
import { maskRecord } from './mask.ts';
import type { InferenceRecord } from './record.ts';
import { recordedInput } from './recorded-input.ts';
import { rowsOfRecord } from './rows.ts';

function recorded(text: string, rows: number, mask = {}): unknown[] {
  const input: ModelInput = { form: 'json', text, rows, params: undefined };
  const record = { requestId: 'r', input: recordedInput(input), output: undefined, error: undefined } as InferenceRecord;
  return rowsOfRecord(maskRecord(record, mask, Buffer.from('key'))).map(({ features }) => features);
}

test.each([
  ['split', '{"dataframe_split":{"columns":["words","n"],"data":[[["a"],1],[[],9007199254740993]]}}'],
  ['records', '{"dataframe_records":[{"words":["a"],"n":1},{"words":[],"n":9007199254740993}],"params":{"k":1}}'],
  ['instances', '{"instances":[{"words":["a"],"n":1},{"words":[],"n":9007199254740993}]}'],
  ['inputs', '{"inputs":{"words":[["a"],[]],"n":[1,9007199254740993]}}'],
])('the features of a body of %s are found under their names, row by row', (_, text) => {
  expect(recorded(text, 2)).toEqual([
    { words: ['a'], n: 1 },
    { words: [], n: '9007199254740993' },
  ]);
});

test('columns without a name have their place, values without a column are the input, and a chat stays as it came', () => {
  expect(recorded('{"dataframe_split":{"data":[["x",[1]]]}}', 1)).toEqual([{ 'input-0': 'x', 'input-1': [1] }]);
  expect(recorded('{"inputs":["x",null]}', 2)).toEqual([{ input: 'x' }, { input: null }]);
  expect(recorded('{"messages":[{"role":"user"}]}', 1)).toEqual([{ messages: [{ role: 'user' }] }]);
});

test('a masked column is left out whether its name stands beside its values or not', () => {
  for (const text of [
    '{"dataframe_split":{"columns":["mail","tags"],"data":[["ann@example.org",["a"]]]}}',
    '{"dataframe_records":[{"mail":"ann@example.org","tags":["a"]}]}',
  ])
    expect(recorded(text, 1, { mail: 'drop' })).toEqual([{ mail: null, tags: ['a'] }]);
});
