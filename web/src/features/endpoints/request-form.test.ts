import { expect, test } from 'vitest';
import { bodyOf, readable, readForm, type Field } from './request-form.ts';

const documentOf = (properties: object, examples: object) => ({
  paths: {
    '/endpoints/load/ping': {},
    '/endpoints/load/invocations': { post: { requestBody: { content: { 'application/json': { examples } } } } },
  },
  components: { schemas: { Row: { properties, required: ['a', 'holiday'] } } },
});
const record = { a: 1.5, holiday: true, region: null };
const examples = {
  dataframe_split: { value: { dataframe_split: { columns: ['a'], data: [[1.5]] } } },
  dataframe_records: { value: { dataframe_records: [record, record] } },
};

test('a field for each column, filled from the first row of the example', () => {
  const properties = { a: { type: ['number', 'null'] }, holiday: { type: 'boolean' }, region: { type: 'string' } };
  expect(readForm(documentOf(properties, examples))).toEqual({
    fields: [
      { name: 'a', kind: 'number', required: true, value: '1.5' },
      { name: 'holiday', kind: 'boolean', required: true, value: 'true' },
      { name: 'region', kind: 'text', required: false, value: '' },
    ],
    text: JSON.stringify(examples.dataframe_split.value, null, 2),
  });
});

test('what has no plain columns is edited as JSON', () => {
  expect(readForm(documentOf({ a: { type: 'array', items: {} } }, examples)).fields).toEqual([]);
  const tensors = { inputs: { value: { inputs: [[1, 2]] } } };
  expect(readForm({ ...documentOf({}, tensors), components: { schemas: {} } })).toEqual({
    fields: [],
    text: '{\n  "inputs": [\n    [\n      1,\n      2\n    ]\n  ]\n}',
  });
  expect(readForm(documentOf({}, {}))).toEqual({ fields: [], text: '' });
  expect(readForm(undefined)).toEqual({ fields: [], text: '' });
});

test('numbers go as they were typed, what is none as text, an empty optional one not at all', () => {
  const field = (name: string, value: string, kind: Field['kind'] = 'number', required = true): Field => ({ name, kind, required, value });
  expect(bodyOf([field('id', '9007199254740993'), field('a"b', ' -1.50e3 ')])).toBe(
    '{"dataframe_split":{"columns":["id","a\\"b"],"data":[[9007199254740993,-1.50e3]]}}',
  );
  expect(bodyOf([field('a', '012'), field('b', ''), field('c', '', 'number', false), field('d', 'x', 'boolean')])).toBe(
    '{"dataframe_split":{"columns":["a","b","d"],"data":[["012",null,false]]}}',
  );
  expect(bodyOf([field('t', ' <b> ', 'text', false)])).toBe('{"dataframe_split":{"columns":["t"],"data":[[" <b> "]]}}');
});

test('an answer is shown with its lines broken, and as it came where it is no JSON', () => {
  expect(readable('{"predictions":[1]}')).toBe('{\n  "predictions": [\n    1\n  ]\n}');
  expect(readable('<html>')).toBe('<html>');
});
