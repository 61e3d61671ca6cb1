import Type from 'typebox';
import { expect, test } from 'vitest';
import { parseJson } from './body.ts';

const schema = Type.Object({ name: Type.String(), rows: Type.Optional(Type.Number()) }, { additionalProperties: false });

test.each([
  ['{"name": "a", "rwos": 1}', "'rwos' is not known here"],
  ['{"name": "a", "rows": "one"}', "'rows' must be number"],
  ['{}', 'the body must have required properties name'],
  ['[', 'the body is not JSON'],
])('of %s it says what is wrong and where', (text, message) => {
  expect(() => parseJson(Buffer.from(text), schema)).toThrow(message);
});
