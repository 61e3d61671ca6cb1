/**
 * Messages of MLflow's protos as values, and how protobuf-JSON is read into them: int64 and double also as strings
 * (the R client sends every scalar so), enums by name or number, snake_case or camelCase, unknown fields ignored,
 * `null` as absent. Only what a message names is looked into, so the depth of a body costs nothing.
 */
import { integerJson } from '../../lib/lossless-json.ts';

/** An integer of 64 bits: a `bigint` only beyond ±2⁵³, as the database gives it. */
export type Int64 = number | bigint;

export interface Field<T> {
  /** Reads a value that is there. @throws FieldFault */
  readonly read: (value: unknown) => T;
  /** What the message holds where the request has no such field. @throws FieldFault where it is required */
  readonly absent: () => T;
  /** How a query string holds it, where that is not one plain value. */
  readonly queryForm?: 'list' | 'bool';
}

export type Shape = Readonly<Record<string, Field<unknown>>>;
export type Message<S extends Shape> = { readonly [K in keyof S]: S[K] extends Field<infer T> ? T : never };

/** A field that cannot be read: its path grows while the fault passes through arrays and messages. */
export class FieldFault {
  path = '';
  readonly describe: (path: string) => string;

  constructor(describe: (path: string) => string) {
    this.describe = describe;
  }

  within(step: string): this {
    this.path = this.path === '' || this.path.startsWith('[') ? step + this.path : `${step}.${this.path}`;
    return this;
  }
}

const seeDocs = 'See the API docs for more information about request parameters.';

function wrongType(value: unknown): FieldFault {
  return new FieldFault(
    (path) =>
      `Invalid value ${pythonJson(value)} for parameter '${path}' supplied:  Hint: Value was of type '${pythonType(value)}'. ${seeDocs}`,
  );
}

export const text: Field<string | undefined> = { read: readText, absent: () => undefined };
export const int64: Field<Int64 | undefined> = { read: (value) => readInteger(value, 64), absent: () => undefined };
export const int32: Field<number | undefined> = { read: (value) => Number(readInteger(value, 32)), absent: () => undefined };
export const double: Field<number | undefined> = { read: readDouble, absent: () => undefined };
export const bool: Field<boolean | undefined> = { read: readBool, absent: () => undefined, queryForm: 'bool' };

/** Rejects an absent field and, as MLflow's handlers do, the empty string. */
export function required<T>(field: Field<T>): Field<NonNullable<T>> {
  const missing = (): FieldFault => new FieldFault((path) => `Missing value for required parameter '${path}'. ${seeDocs}`);
  return {
    ...field,
    read(value) {
      if (value === '') throw missing();
      return field.read(value) as NonNullable<T>;
    },
    absent() {
      throw missing();
    },
  };
}

export function withDefault<T>(field: Field<T>, value: NonNullable<T>): Field<NonNullable<T>> {
  return { ...(field as Field<NonNullable<T>>), absent: () => value };
}

/** @param values name → number of the proto's enum */
export function oneOf<Name extends string>(values: Readonly<Record<Name, number>>): Field<Name | undefined> {
  const names = new Map<unknown, Name>();
  for (const [name, number] of Object.entries(values) as [Name, number][]) {
    names.set(name, name).set(number, name).set(String(number), name);
  }
  return {
    read(value) {
      const name = names.get(value);
      if (name === undefined) throw wrongType(value);
      return name;
    },
    absent: () => undefined,
  };
}

const none: readonly never[] = [];

export function repeated<T>(field: Field<T>): Field<readonly NonNullable<T>[]> {
  return {
    read(value) {
      if (!Array.isArray(value)) throw wrongType(value);
      const items: NonNullable<T>[] = [];
      for (let index = 0; index < value.length; index += 1) {
        try {
          if (value[index] === null) throw wrongType(null);
          items.push(field.read(value[index]) as NonNullable<T>);
        } catch (error) {
          throw error instanceof FieldFault ? error.within(`[${index}]`) : error;
        }
      }
      return items;
    },
    absent: () => none,
    queryForm: 'list',
  };
}

/** `map<string, string>`. */
export const textMap: Field<Readonly<Record<string, string>>> = {
  read(value) {
    if (!isObject(value)) throw wrongType(value);
    const map: Record<string, string> = Object.create(null) as Record<string, string>;
    for (const [key, item] of Object.entries(value)) map[readText(key)] = readText(item);
    return map;
  },
  absent: () => ({}),
};

export function nested<S extends Shape>(shape: S): Field<Message<S> | undefined> {
  const byName = new Map<string, { name: string; field: Field<unknown> }>();
  for (const [name, field] of Object.entries(shape)) {
    byName.set(name, { name, field });
    byName.set(camelCase(name), { name, field });
  }
  const fields = Object.entries(shape);
  const hasRunId = 'run_id' in shape;

  return {
    read(value) {
      if (!isObject(value)) throw wrongType(value);
      const message: Record<string, unknown> = {};
      let name = '';
      try {
        for (const given in value) {
          const known = byName.get(given);
          const item = value[given];
          if (known === undefined || item === null) continue;
          name = known.name;
          if (message[name] !== undefined) throw spelledTwice(name);
          message[name] = known.field.read(item);
        }
        // `run_uuid` is the old name of `run_id` and still what some clients send alone.
        if (hasRunId && message['run_id'] === undefined && value['run_uuid'] != null) {
          name = 'run_uuid';
          message['run_id'] = readText(value['run_uuid']);
        }
        for (const [key, field] of fields) {
          name = key;
          if (message[key] === undefined) message[key] = field.absent();
        }
      } catch (error) {
        throw error instanceof FieldFault ? error.within(name) : error;
      }
      return message as Message<S>;
    },
    absent: () => undefined,
  };
}

function spelledTwice(name: string): FieldFault {
  return new FieldFault(() => `Request specifies both '${name}' and '${camelCase(name)}'; provide only one of them.`);
}

function readText(value: unknown): string {
  if (typeof value !== 'string') throw wrongType(value);
  // Databases cannot hold NUL in text, UTF-8 no lone surrogate.
  if (value.includes('\0') || !value.isWellFormed()) {
    throw new FieldFault(
      (path) => `Invalid value for parameter '${path}' supplied: the text holds a NUL character or an unpaired surrogate.`,
    );
  }
  return value;
}

const integerText = /^[+-]?\d{1,25}$/;

function readInteger(value: unknown, bits: 32 | 64): Int64 {
  if (typeof value === 'number' && Number.isSafeInteger(value) && (bits === 64 || (value | 0) === value)) return value;
  let integer: bigint;
  if (typeof value === 'bigint') integer = value;
  else if (typeof value === 'number' && Number.isInteger(value)) integer = BigInt(value);
  else if (typeof value === 'string' && integerText.test(value)) integer = BigInt(value.startsWith('+') ? value.slice(1) : value);
  else throw wrongType(value);
  if (BigInt.asIntN(bits, integer) !== integer) throw wrongType(value);
  return integer >= Number.MIN_SAFE_INTEGER && integer <= Number.MAX_SAFE_INTEGER ? Number(integer) : integer;
}

const doubleText = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i;
const specialDoubles: Readonly<Record<string, number>> = {
  nan: NaN,
  infinity: Infinity,
  '+infinity': Infinity,
  '-infinity': -Infinity,
  inf: Infinity,
  '+inf': Infinity,
  '-inf': -Infinity,
};

function readDouble(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint' || typeof value === 'boolean') return Number(value);
  if (typeof value === 'string') {
    if (doubleText.test(value)) return Number(value);
    const special = specialDoubles[value.toLowerCase()];
    if (special !== undefined) return special;
  }
  throw wrongType(value);
}

function readBool(value: unknown): boolean {
  if (typeof value !== 'boolean') throw wrongType(value);
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function camelCase(name: string): string {
  return name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}

function pythonType(value: unknown): string {
  if (value === null) return 'NoneType';
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  return { string: 'str', bigint: 'int', boolean: 'bool', object: 'dict' }[typeof value as string] ?? typeof value;
}

/** Longer values are cut: a message is read by people. */
const shownCharacters = 1000;

/** As Python's `json.dumps(value, sort_keys=True, separators=(',', ':'))` writes it. */
export function pythonJson(value: unknown): string {
  const json = writeSorted(value);
  const shown = json.length > shownCharacters ? `${json.slice(0, shownCharacters)}...` : json;
  return shown.replace(/[\u007f-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function writeSorted(value: unknown): string {
  try {
    return JSON.stringify(value, (_, item: unknown) => {
      if (typeof item === 'bigint') return integerJson(item);
      return isPlain(item) ? Object.fromEntries(Object.entries(item).toSorted(([a], [b]) => (a < b ? -1 : 1))) : item;
    });
  } catch (error) {
    if (error instanceof RangeError) return '(nested too deep)';
    throw error;
  }
}

/** Not what `integerJson` made, which must reach `JSON.stringify` as it is. */
function isPlain(value: unknown): value is Record<string, unknown> {
  return isObject(value) && Object.getPrototypeOf(value) !== null;
}
