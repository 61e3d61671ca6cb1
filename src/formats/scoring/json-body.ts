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

/** The text of a JSON body in which a missing number is `null`, also where it came as the token that Python's and the peers' clients write. */
export function decodeJson(body: Uint8Array): string {
  const text = decodeBody(body);
  return text.includes('NaN') ? nullForNan(text) : text;
}

const [quote, backslash, capitalN] = ['"', '\\', 'N'].map((character) => character.charCodeAt(0));

/** One pass: a regular expression would begin anew behind every quote of a text that never ends. */
function nullForNan(text: string): string {
  const parts: string[] = [];
  let from = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) quoted = !quoted;
    else if (quoted && code === backslash) at += 1;
    else if (!quoted && code === capitalN && text.startsWith('NaN', at)) {
      parts.push(text.slice(from, at), 'null');
      from = at + 3;
      at += 2;
    }
  }
  return parts.join('') + text.slice(from);
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
    const remedy = /\bInfinity\b/.test(text) ? ' JSON has no Infinity, and no model takes it: write null for a missing number.' : '';
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
