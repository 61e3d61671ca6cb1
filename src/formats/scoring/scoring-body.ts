/** Bodies of MLflow's `/invocations` → what they hold, before the signature is looked at. */
import { invalidInput } from './problems.ts';
import { isObject, type Table, tableOfColumns, tableOfRecords, tableOfRows } from './table.ts';

const formats = ['dataframe_split', 'dataframe_records', 'instances', 'inputs'] as const;
type Format = (typeof formats)[number];

const requiredFormat = `The input must be a JSON dictionary with exactly one of the input fields {${formats.map((format) => `'${format}'`).join(', ')}}`;

const protocolChange =
  'IMPORTANT: The MLflow Model scoring protocol has changed in MLflow version 2.0. If you are seeing this error, you are likely using an outdated scoring request format.';

/** The fields that make a body an unwrapped one of a language model: chat, completions, embeddings. */
const unwrapped = ['messages', 'prompt', 'input'];

export type ScoringBody =
  | { readonly format: Format; readonly data: unknown; readonly params: unknown }
  | { readonly format: 'unwrapped'; readonly data: Readonly<Record<string, unknown>>; readonly params: undefined };

/** @throws INPUT_INVALID with the peer's words where the body has none of the forms */
export function readScoringBody(value: unknown): ScoringBody {
  if (Array.isArray(value)) throw invalidInput(`${requiredFormat}. Received a list.`);
  if (!isObject(value))
    throw invalidInput(`${requiredFormat}. Received unexpected input type '${value === null ? 'null' : typeof value}'.`);
  if (unwrapped.some((key) => Object.hasOwn(value, key))) return { format: 'unwrapped', data: value, params: undefined };
  const present = formats.filter((format) => Object.hasOwn(value, format));
  const [format] = present;
  if (format === undefined || present.length > 1) {
    const fields = present.map((name) => `'${name}'`).join(', ');
    throw invalidInput(`${requiredFormat}. Received dictionary with input fields: [${fields}]. ${protocolChange}`);
  }
  const strange = Object.keys(value).find((key) => key !== format && key !== 'params');
  if (strange === 'signature_name') throw invalidInput('"signature_name" parameter is currently not supported');
  if (strange !== undefined)
    throw invalidInput(`The field '${strange.slice(0, 64)}' is not known: beside '${format}' there may be 'params'.`);
  return { format, data: value[format], params: value['params'] };
}

/** The table of a dataframe, or of lists of objects or objects of lists; undefined where `data` is an array or one value. */
export function readTable(format: Format, data: unknown): Table | undefined {
  if (format === 'dataframe_split') return tableOfSplit(data);
  if (format === 'dataframe_records') {
    if (Array.isArray(data)) return tableOfRecords(data, 'dataframe_records');
    throw invalidInput(`Dataframe records format must be a list of records. Got ${isObject(data) ? 'dictionary' : `type ${typeof data}`}.`);
  }
  if (isObject(data)) return tableOfColumns(data, format);
  if (Array.isArray(data) && isObject(data[0])) return tableOfRecords(data, format);
  return undefined;
}

function tableOfSplit(data: unknown): Table {
  if (!isObject(data))
    throw invalidInput(`Dataframe split format must be a dictionary. Got ${Array.isArray(data) ? 'list' : `type ${typeof data}`}.`);
  const keys = Object.keys(data);
  if (!keys.includes('data') || keys.some((key) => !['columns', 'data', 'index'].includes(key))) {
    const got = keys
      .slice(0, 8)
      .map((key) => `'${key.slice(0, 64)}'`)
      .join(', ');
    throw invalidInput(`Dataframe split format must have 'data' field and optionally 'columns' and 'index' fields. Got {${got}}.`);
  }
  const table = tableOfRows(data['data'], columnNames(data['columns']), 'dataframe_split');
  const { index } = data;
  if (index !== undefined && index !== null && !(Array.isArray(index) && index.length === table.rows)) {
    throw invalidInput(`dataframe_split: 'index' is one value for each of the ${table.rows} rows, or is left out.`);
  }
  return table;
}

function columnNames(columns: unknown): readonly string[] | undefined {
  if (columns === undefined || columns === null) return undefined;
  // A frame without names has the numbers 0, 1, … in their place.
  if (Array.isArray(columns) && columns.every((name, index) => name === index)) return undefined;
  if (Array.isArray(columns) && columns.every((name) => typeof name === 'string')) return columns;
  throw invalidInput("dataframe_split: 'columns' must be a list of names, each a text.");
}
