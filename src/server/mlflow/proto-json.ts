/** Reading a request of MLflow's API into its message, and writing values as protobuf-JSON does. */
import { isUtf8 } from 'node:buffer';
import { MillwrightError } from '../../errors.ts';
import { integerJson, parseLossless } from '../../lib/lossless-json.ts';
import { FieldFault, nested, type Field, type Int64, type Message, type Shape } from './proto-fields.ts';

/** A request message: `message({...})` once, `read…` a call. */
export interface MessageType<S extends Shape> {
  readonly shape: S;
  readonly field: Field<Message<S> | undefined>;
}

export function message<S extends Shape>(shape: S): MessageType<S> {
  return { shape, field: nested(shape) };
}

export interface IncomingRequest {
  readonly method: string;
  readonly contentType: string | undefined;
  readonly query: URLSearchParams;
  readonly body: Uint8Array;
  readonly params: Readonly<Record<string, string>>;
}

/**
 * The message of a request: GET from its query (repeated field: repeated key), all others from the JSON body. What the
 * path names wins over both.
 * @throws INVALID_PARAMETER_VALUE with MLflow's own message
 */
export function readRequest<S extends Shape>(type: MessageType<S>, request: IncomingRequest): Message<S> {
  const source =
    request.method === 'GET' && (request.query.size > 0 || request.body.length === 0) ? fromQuery(type, request.query) : fromBody(request);
  for (const name in request.params) source[name] = request.params[name];
  try {
    return type.field.read(source) as Message<S>;
  } catch (error) {
    if (!(error instanceof FieldFault)) throw error;
    throw invalid(error.describe(error.path));
  }
}

function fromQuery<S extends Shape>(type: MessageType<S>, query: URLSearchParams): Record<string, unknown> {
  const source: Record<string, unknown> = {};
  for (const name of new Set(query.keys())) {
    const form = type.shape[name]?.queryForm;
    if (form === 'list') source[name] = query.getAll(name);
    else source[name] = form === 'bool' ? boolOf(query.get(name)!) : query.get(name);
  }
  return source;
}

function boolOf(value: string): boolean {
  const lower = value.toLowerCase();
  if (lower !== 'true' && lower !== 'false') throw invalid(`Invalid boolean value: ${value}, must be 'true' or 'false'.`);
  return lower === 'true';
}

function fromBody(request: IncomingRequest): Record<string, unknown> {
  if (request.method === 'POST' || request.method === 'PUT') checkContentType(request.contentType);
  if (request.body.length === 0) return {};
  if (!isUtf8(request.body)) throw invalid('The body is not UTF-8: send JSON in UTF-8.');
  let value = parseJson(utf8.decode(request.body));
  if (typeof value === 'string') value = parseJson(value); // old clients encode twice
  if (value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw invalid('The body must be a JSON object.');
  return value as Record<string, unknown>;
}

/** Leaves out a byte order mark, which some clients of Windows send. */
const utf8 = new TextDecoder('utf-8');

function checkContentType(contentType: string | undefined): void {
  if (contentType === undefined) throw invalid('Bad Request. Content-Type header is missing.');
  if (contentType.split(';')[0]!.trim().toLowerCase() !== 'application/json') {
    throw invalid("Bad Request. Content-Type must be one of ['application/json'].");
  }
}

/** Python's `json` also writes bare `NaN` and `Infinity`; they are read as protobuf-JSON's strings. */
function parseJson(source: string): unknown {
  try {
    return parseLossless(source);
  } catch (error) {
    const quoted = source.replace(bareSpecial, (token) => (token.startsWith('"') ? token : `"${token}"`));
    if (quoted === source) throw notJson(error);
    try {
      return parseLossless(quoted);
    } catch (second) {
      throw notJson(second);
    }
  }
}

const bareSpecial = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g;

function notJson(error: unknown): unknown {
  if (error instanceof RangeError) return invalid('The body is not JSON: it is nested too deep.');
  return error instanceof SyntaxError ? invalid(`The body is not JSON: ${error.message}.`) : error;
}

function invalid(text: string): MillwrightError {
  return new MillwrightError('INVALID_PARAMETER_VALUE', text);
}

/** A double as protobuf-JSON writes it: JSON has no NaN and no infinities. */
export function doubleJson(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

/** An int64 as MLflow writes it: a JSON number, whatever its size. */
export function int64Json(value: Int64 | null | undefined): unknown {
  return value == null ? undefined : integerJson(value);
}

/** Empty arrays are left out of answers, as are unset fields (`undefined`). */
export function listJson<T>(items: readonly T[]): readonly T[] | undefined {
  return items.length === 0 ? undefined : items;
}
