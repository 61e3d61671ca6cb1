import Type from 'typebox';
import { expect, test } from 'vitest';
import { parseJson } from './body.ts';

const closed = { additionalProperties: false };
const place = Type.Object({ x: Type.Optional(Type.Number()), y: Type.Optional(Type.Number()) }, closed);
const schema = Type.Object({ name: Type.String(), rows: Type.Optional(Type.Number()), places: Type.Optional(Type.Array(place)) }, closed);

test.each([
  ['{"name": "a", "rwos": 1}', "'rwos' is not known here: the nearest that is known is 'rows'"],
  ['{"name": "a", "length": 1}', "'length' is not known here: known are 'name', 'rows', 'places'"],
  ['{"name": "a", "places": [{"x": 1}, {"Y": 1}]}', "'places.1.Y' is not known here: the nearest that is known is 'y'"],
  ['{"name": "a", "places": [{"a/b": 1}]}', "'places.0.a/b' is not known here: known are 'x', 'y'"],
  ['"a"', "the body must be an object with 'name'"],
  ['{"name": "a", "rows": "one"}', "'rows' must be number"],
  ['{}', 'the body must have required properties name'],
  ['[', 'the body is not JSON'],
])('of %s it says what is wrong and where', (text, message) => {
  expect(() => parseJson(Buffer.from(text), schema)).toThrow(message);
});
