/** MLflow's `/invocations`: JSON in its four forms, CSV and JSON lines → what the model is given. */
import type { ColumnSpec, ColumnType, Signature } from '../mlmodel/mlmodel.ts';
import type { Datatype, ModelInput, Tensor, TensorDescription } from '../tensor/tensor.ts';
import { cellValue, guessType, parseCsv } from './csv.ts';
import { enforceColumns } from './enforce-columns.ts';
import { enforceTensors, tableAsTensors } from './enforce-tensors.ts';
import { isHeader } from './csv-header.ts';
import { askedFor, canBeAsked, fitArrays, refuseCells } from './fit-asked.ts';
import { allOf, inferArray, inferColumns } from './infer-types.ts';
import { decodeBody, decodeJson, needsExactNumbers, parseBody, stringifyLossless } from './json-body.ts';
import { type MediaType, parseMediaType } from './media-type.ts';
import { datatypeOf } from './nested-list.ts';
import { enforceParams } from './params.ts';
import { invalidInput, show } from './problems.ts';
import { readScoringBody, readTable, type ScoringBody } from './scoring-body.ts';
import { wellFormedInput } from './well-formed.ts';
import { isObject, type Table, tableOfRecords, tableOfRows } from './table.ts';

export interface Invocation {
  readonly input: ModelInput;
  /** The body was one of a language model (`messages`, `prompt`, `input`): its answer has no `predictions` around it. */
  readonly unwrapped: boolean;
}

/**
 * What is given fits the signature, to the last value; without a signature, numbers become tensors where they are
 * rectangular, and everything else stays JSON.
 * @param asked what the runtime says that the model takes; empty where it takes whatever comes
 * @throws INPUT_INVALID listing everything that does not fit; UNSUPPORTED_MEDIA_TYPE
 */
export function parseInvocation(
  body: Uint8Array,
  contentType: string | undefined,
  signature: Signature | undefined,
  asked: readonly TensorDescription[] = [],
): Invocation {
  const media = parseMediaType(contentType);
  const text = media.type === 'text/csv' ? decodeBody(body) : decodeJson(body);
  const { input, unwrapped } = parseAs(media, text, { signature, asked });
  return { input: wellFormedInput(input), unwrapped };
}

interface Model {
  readonly signature: Signature | undefined;
  readonly asked: readonly TensorDescription[];
}

function parseAs(media: MediaType, text: string, model: Model): Invocation {
  switch (media.type) {
    case 'application/json':
      return parseJson(text, model);
    case 'application/jsonlines':
      return { input: parseJsonLines(text, model), unwrapped: false };
    case 'text/csv':
      return { input: inputOfCsv(text, media.header, model), unwrapped: false };
  }
}

/** The text of a JSON body. @throws INPUT_INVALID */
export function parseScoringJson(text: string, signature: Signature | undefined): ModelInput {
  return parseJson(text, { signature, asked: [] }).input;
}

function parseJson(text: string, model: Model): Invocation {
  const { signature } = model;
  const body = readScoringBody(parseBody(text, { exact: needsExactNumbers(signature) }));
  if (body.format === 'unwrapped') return { input: inputOfUnwrapped(body.data, text, signature), unwrapped: true };
  return { input: inputOfWrapped(body, text, model), unwrapped: false };
}

type WrappedBody = Exclude<ScoringBody, { format: 'unwrapped' }>;

function inputOfWrapped(body: WrappedBody, text: string, { signature, asked }: Model): ModelInput {
  const params = enforceParams(signature?.params ?? [], body.params);
  const inputs = signature?.inputs;
  if (inputs === undefined) return { ...inferInput(body, text, asked), params };
  if (inputs.kind === 'columns') {
    if (signature?.fromTypeHint && body.format === 'inputs') return inputOfElements(body.data, { ...signature, inputs }, text, params);
    const table = readTable(body.format, body.data) ?? tableOfValues(body, inputs.columns);
    return inputOfTable(table, { ...signature, inputs }, text, params);
  }
  const table = body.format.startsWith('dataframe') || Array.isArray(body.data) ? readTable(body.format, body.data) : undefined;
  return tensorsInput(enforceTensors(inputs.tensors, table === undefined ? body.data : tableAsTensors(inputs.tensors, table)), params);
}

type WithInputs<K> = { readonly inputs: Extract<NonNullable<Signature['inputs']>, { kind: K }> };

function inputOfTable(table: Table, { inputs }: WithInputs<'columns'>, text: string, params: ModelInput['params']): ModelInput {
  const { tensors, rows, nested } = enforceColumns(inputs.columns, table);
  return nested ? { form: 'json', text, rows, params } : { form: 'columns', tensors, rows, params };
}

/** The list that a function with a type hint takes: an element is a row, also where it is an object. */
function inputOfElements(data: unknown, signature: WithInputs<'columns'>, text: string, params: ModelInput['params']): ModelInput {
  if (!Array.isArray(data)) throw invalidInput(`'inputs' must be a list with an element for each row. Got ${show(data)}.`);
  if (data.length === 0) throw invalidInput('Send at least one row.');
  // Objects are checked by the type hint itself, which knows of defaults that the signature does not tell.
  if (typeof signature.inputs.columns[0]?.type !== 'string') return { form: 'json', text, rows: data.length, params };
  return inputOfTable({ names: undefined, columns: [data], rows: data.length }, signature, text, params);
}

/** `inputs` and `instances` that are an array or one value: rows, or the values of the only column. */
function tableOfValues({ format, data }: ScoringBody, columns: readonly ColumnSpec[]): Table {
  const [only] = columns;
  if (columns.length !== 1) return tableOfRows(Array.isArray(data) ? data : [[data]], undefined, format);
  const values: readonly unknown[] = Array.isArray(data) ? data : [data];
  if (only?.name !== undefined) return { names: [only.name], columns: [values], rows: values.length };
  return tableOfRows(values, undefined, format);
}

function inputOfUnwrapped(data: Readonly<Record<string, unknown>>, text: string, signature: Signature | undefined): ModelInput {
  const specs = signature?.params ?? [];
  const isParam = ([key]: [string, unknown]): boolean => specs.some(({ name }) => name === key);
  const entries = Object.entries(data);
  const params = enforceParams(specs, Object.fromEntries(entries.filter(isParam)));
  const record = Object.fromEntries(entries.filter((entry) => !isParam(entry)));
  if (signature?.inputs?.kind !== 'columns') return { form: 'json', text, rows: 1, params };
  return inputOfTable(tableOfRecords([record], 'the body'), { inputs: signature.inputs }, text, params);
}

function tensorsInput(tensors: readonly Tensor[], params: ModelInput['params']): ModelInput {
  return { form: 'tensors', tensors, rows: tensors[0]?.shape[0] ?? 1, params };
}

function inferInput(body: WrappedBody, text: string, asked: readonly TensorDescription[]): ModelInput {
  const table = readTable(body.format, body.data);
  if (table?.rows === 0 || (Array.isArray(body.data) && body.data.length === 0)) throw invalidInput('Send at least one row.');
  if (table !== undefined && body.format.startsWith('dataframe')) return inferTable(table, text, asked);
  const texts = asked.length === 0 ? 'as-json' : 'as-tensors';
  const tensors = isObject(body.data)
    ? allOf(Object.entries(body.data).map(([name, value]) => inferArray(name, value, texts)))
    : allOf([inferArray('', body.data, texts)]);
  const rows = Array.isArray(body.data) ? body.data.length : (table?.rows ?? 1);
  if (asked.length > 0)
    return tensorsInput(underAskedName(canBeAsked(tensors, asked) ? tensors! : fitArrays(body.data, asked), asked), undefined);
  if (tensors === undefined || losesFraction(tensors, text)) return { form: 'json', text, rows, params: undefined };
  return tensorsInput(tensors, undefined);
}

/** Whether whole numbers may have been written as `1.0`, which numpy and pandas take for floating-point numbers: a network does, too. */
function losesFraction(tensors: readonly Tensor[], text: string): boolean {
  return tensors.some(({ datatype }) => datatype === 'INT64') && /\d(?:\.0*(?!\d)|[eE])/.test(text);
}

/** The only tensor that a model takes is called what the model calls it, as in the Open Inference Protocol. */
function underAskedName(tensors: readonly Tensor[], [only, ...others]: readonly TensorDescription[]): readonly Tensor[] {
  if (only === undefined || others.length > 0 || tensors.length > 1) return tensors;
  return tensors.map((tensor) => ({ ...tensor, name: only.name }));
}

function inferTable(table: Table, text: string, asked: readonly TensorDescription[]): ModelInput {
  const columns = inferColumns(table);
  if (asked.length > 0 && !canBeAsked(columns, asked)) refuseCells(table, asked);
  if (columns === undefined || (asked.length === 0 && losesFraction(columns, text)))
    return { form: 'json', text, rows: table.rows, params: undefined };
  return { form: 'columns', tensors: columns, rows: table.rows, params: undefined };
}

function rowsOf({ columns, rows }: Table): unknown[][] {
  return Array.from({ length: rows }, (_, row) => columns.map((column) => column[row]));
}

/** Each line a record, or a list of the values of a row. */
function parseJsonLines(text: string, model: Model): ModelInput {
  const exact = needsExactNumbers(model.signature);
  const numbered = text.split('\n').map((line, index) => ({ line, number: index + 1 }));
  const given = numbered.filter(({ line }) => line.trim() !== '');
  if (given.length === 0) throw invalidInput('Send at least one row.');
  const rows = given.map(({ line, number }) => parseBody(line, { exact, line: number }));
  const list = `[${given.map(({ line }) => line).join(',')}]`;
  const { signature } = model;
  if (signature?.fromTypeHint && signature.inputs?.kind === 'columns') {
    const params = enforceParams(signature.params, undefined);
    return inputOfElements(rows, { ...signature, inputs: signature.inputs }, `{"inputs":${list}}`, params);
  }
  const records = isObject(rows[0]);
  const table = records ? tableOfRecords(rows, 'JSON lines') : tableOfRows(rows, undefined, 'JSON lines');
  return inputOfAnyTable(table, model, () => (records ? `{"dataframe_records":${list}}` : `{"dataframe_split":{"data":${list}}}`));
}

function inputOfCsv(text: string, header: MediaType['header'], model: Model): ModelInput {
  const rows = parseCsv(text);
  const isNamed = header === undefined ? isHeader(rows[0] ?? [], model.signature, model.asked.length > 0) : header === 'present';
  const names = isNamed ? rows.shift()?.map((name) => name ?? '') : undefined;
  if (names?.[0] === '' && hasNames(model.signature)) for (const row of [names, ...rows]) row.shift();
  if (rows.length === 0)
    throw invalidInput(
      'CSV: send at least one row, below a line with the names of the columns (or with the content type "text/csv; header=absent").',
    );
  const cells = tableOfRows(rows, names, 'CSV');
  const specs = model.signature?.inputs;
  // Without a header the columns stand in the signature's order.
  const byPlace = names === undefined && specs?.kind === 'columns' && specs.columns.length === cells.columns.length;
  const known = byPlace && specs.columns[0]?.name !== undefined ? specs.columns.map((spec) => spec.name!) : names;
  const columns = cells.columns.map((column, index) => {
    const type = specs === undefined ? typeAsked(model.asked, known?.[index], column) : typeOfCells(specs, known?.[index], index);
    return column.map((cell) => cellValue(type, cell as string | null));
  });
  const table = { names: known, columns, rows: cells.rows };
  return inputOfAnyTable(table, model, () =>
    stringifyLossless({ dataframe_split: { ...(known === undefined ? {} : { columns: known }), data: rowsOf(table) } }),
  );
}

/** Then a first column without a name is the index that `DataFrame.to_csv()` writes. */
function hasNames(signature: Signature | undefined): boolean {
  const inputs = signature?.inputs;
  return inputs?.kind === 'columns' && inputs.columns.every(({ name }) => name !== undefined && name !== '');
}

function typeOfCells(specs: NonNullable<Signature['inputs']>, name: string | undefined, index: number): Parameters<typeof cellValue>[0] {
  if (specs.kind === 'columns') {
    const named = specs.columns[0]?.name !== undefined;
    return (named ? specs.columns.find((spec) => spec.name === name) : specs.columns[index])?.type;
  }
  const spec = specs.tensors.length === 1 ? specs.tensors[0] : specs.tensors.find((tensor) => tensor.name === name);
  return typeOfDatatype(spec === undefined ? undefined : datatypeOf(spec.dtype));
}

function typeAsked(asked: readonly TensorDescription[], name = '', column: readonly unknown[]): ColumnType {
  const datatype = askedFor(asked, name);
  return datatype === undefined ? guessType(column as string[]) : typeOfDatatype(datatype);
}

function typeOfDatatype(datatype: Datatype | undefined): ColumnType {
  if (datatype === 'BOOL') return 'boolean';
  if (datatype === undefined || datatype === 'BYTES') return 'string';
  return datatype.startsWith('FP') ? 'double' : 'long';
}

/** Forms that carry no params. */
function inputOfAnyTable(table: Table, { signature, asked }: Model, text: () => string): ModelInput {
  const params = enforceParams(signature?.params ?? [], undefined);
  const inputs = signature?.inputs;
  if (inputs === undefined) return { ...inferTable(table, text(), asked), params };
  if (inputs.kind === 'tensors') return tensorsInput(enforceTensors(inputs.tensors, tableAsTensors(inputs.tensors, table)), params);
  const { tensors, rows, nested } = enforceColumns(inputs.columns, table);
  return nested ? { form: 'json', text: text(), rows, params } : { form: 'columns', tensors, rows, params };
}
