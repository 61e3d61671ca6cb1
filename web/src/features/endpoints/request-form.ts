/** The form of an endpoint's *try it*: a field for each column of its signature, filled from the input example. */

export interface Field {
  readonly name: string;
  readonly kind: 'number' | 'boolean' | 'text';
  readonly required: boolean;
  readonly value: string;
}

export interface RequestForm {
  /** One row; empty where the input is no table of plain columns. */
  readonly fields: readonly Field[];
  /** The whole example, to be edited as it is; empty where the document has none. */
  readonly text: string;
}

/** More columns than this are edited as JSON. */
const mostFields = 60;

/** Reads the endpoint's OpenAPI document. */
export function readForm(document: unknown): RequestForm {
  const examples = exampleBodies(document);
  const [first] = Object.values(examples);
  const text = first === undefined ? '' : JSON.stringify(first, null, 2);
  const row = at(examples, 'dataframe_records', 'dataframe_records', '0');
  const columns = at(document, 'components', 'schemas', 'Row', 'properties');
  if (!isObject(row) || !isObject(columns)) return { fields: [], text };
  const required = at(document, 'components', 'schemas', 'Row', 'required');
  const fields = Object.entries(columns).map(([name, schema]) => fieldOf(name, schema, row[name], required));
  const plain = fields.filter((field) => field !== undefined);
  return { fields: plain.length === fields.length && plain.length <= mostFields ? plain : [], text };
}

/** A body of one row. What is no number goes as text, so that the server says what is wrong with it. */
export function bodyOf(fields: readonly Field[]): string {
  const given = fields.filter(({ value, required, kind }) => required || kind === 'text' || value.trim() !== '');
  const columns = given.map(({ name }) => JSON.stringify(name)).join(',');
  return `{"dataframe_split":{"columns":[${columns}],"data":[[${given.map(cellOf).join(',')}]]}}`;
}

/** The answer with its lines broken, as it came where it is no JSON. */
export function readable(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return text;
  }
}

function cellOf({ kind, value }: Field): string {
  const trimmed = value.trim();
  if (kind === 'boolean') return trimmed === 'true' ? 'true' : 'false';
  if (kind === 'text') return JSON.stringify(value);
  if (trimmed === '') return 'null';
  // As it was typed: a number of JavaScript would lose the digits of a long.
  return /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(trimmed) ? trimmed : JSON.stringify(value);
}

function fieldOf(name: string, schema: unknown, value: unknown, required: unknown): Field | undefined {
  const types = [at(schema, 'type')].flat();
  const kind = types.includes('number') || types.includes('integer') ? 'number' : types.includes('boolean') ? 'boolean' : 'text';
  if (kind === 'text' && !types.includes('string')) return undefined;
  const shown = value === null || value === undefined ? '' : String(value);
  return { name, kind, required: Array.isArray(required) && required.includes(name), value: shown };
}

/** Bodies of `/invocations` by the name of their form. */
function exampleBodies(document: unknown): Record<string, unknown> {
  const paths = at(document, 'paths');
  const path = isObject(paths) ? Object.keys(paths).find((one) => one.endsWith('/invocations')) : undefined;
  if (path === undefined) return {};
  const examples = at(paths, path, 'post', 'requestBody', 'content', 'application/json', 'examples');
  return isObject(examples) ? Object.fromEntries(Object.entries(examples).map(([name, example]) => [name, at(example, 'value')])) : {};
}

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (isObject(inner) || Array.isArray(inner) ? Reflect.get(inner, key) : undefined), value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
