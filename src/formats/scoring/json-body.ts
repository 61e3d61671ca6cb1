import { parseBounded, tooDeep } from '../../lib/json-depth.ts';
import { integerJson, parseLosslessNumbers } from '../../lib/lossless-json.ts';
import type { ParamSpec, Signature } from '../mlmodel/mlmodel.ts';
import { invalidInput } from './problems.ts';

const depthLimit = 64;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** @throws INPUT_INVALID where the bytes are no UTF-8; a byte order mark is left out */
export function decodeBody(body: Uint8Array): string {
  try {
    return utf8.decode(body);
  } catch (error) {
    if (error instanceof TypeError) throw invalidInput('Ensure that input is a valid UTF-8 encoded string.');
    throw error;
  }
}

interface Reading {
  /** Keeps whole numbers beyond 2⁵³ as bigints; it costs a search for long numbers, and tenfold where one is found. */
  readonly exact: boolean;
  /** Which line of the body this is, counted from 1, for messages. */
  readonly line?: number;
}

/** @throws INPUT_INVALID */
export function parseBody(text: string, { exact, line }: Reading): unknown {
  const place = line === undefined ? '' : `Line ${line}: `;
  try {
    const value = parseBounded(text, depthLimit, exact ? parseLosslessNumbers : undefined);
    if (value !== tooDeep) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const remedy = /\b(?:NaN|Infinity)\b/.test(text) ? ' JSON has no NaN and no Infinity: write null for a missing number.' : '';
    throw invalidInput(`${place}Ensure that input is a valid JSON formatted string. Error: '${error.message}'.${remedy}`);
  }
  throw invalidInput(`${place}The JSON is nested deeper than ${depthLimit} levels.`);
}

/** Whether a double would lose digits of what this signature may ask for. */
export function needsExactNumbers(signature: Signature | undefined): boolean {
  const inputs = signature?.inputs;
  if (inputs === undefined) return true;
  const wide = (type: ParamSpec['type']): boolean => typeof type !== 'string' || type === 'long';
  if (signature?.params.some(({ type }) => wide(type)) === true) return true;
  return inputs.kind === 'columns'
    ? inputs.columns.some(({ type }) => wide(type))
    : inputs.tensors.some(({ dtype }) => /int64|object/.test(dtype));
}

/** JSON of a value that may hold bigints. */
export function stringifyLossless(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? integerJson(item) : item));
}
