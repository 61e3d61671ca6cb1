import { MillwrightError } from '../../errors.ts';

/** One value of a request that does not fit the signature. */
interface Problem {
  /** The column, tensor or param. */
  readonly field: string;
  /** Counted from 0. */
  readonly row?: number;
  /** Of a matrix, counted from 0. */
  readonly column?: number;
  readonly expected: string;
  readonly got: string;
}

const keptLimit = 100;
const namedLimit = 5;

/** What is wrong with one request: all of it is looked for before it is refused. */
export class Problems {
  readonly #measure: string;
  readonly #kept: Problem[] = [];
  #count = 0;

  /** @param measure what the request is held against, for the message */
  constructor(measure = "the model's signature") {
    this.#measure = measure;
  }

  add(field: string, expected: string, got: string, row?: number, column?: number): void {
    this.#count += 1;
    if (this.#kept.length >= keptLimit) return;
    const place = { ...(row === undefined ? {} : { row }), ...(column === undefined ? {} : { column }) };
    this.#kept.push({ field: field.slice(0, 128), ...place, expected, got });
  }

  /** @throws INPUT_INVALID where anything was added */
  refuse(): void {
    if (this.#count === 0) return;
    const named = this.#kept.slice(0, namedLimit).map(({ field, row, column, expected, got }) => {
      const place = `${row === undefined ? '' : ` in row ${row}`}${column === undefined ? '' : `, column ${column}`}`;
      return `'${field}'${place}: expected ${expected}, got ${got}`;
    });
    const rest = this.#count > named.length ? `; and ${this.#count - named.length} more` : '';
    const more = this.#count - this.#kept.length;
    throw new MillwrightError('INPUT_INVALID', `the input does not fit ${this.#measure}: ${named.join('; ')}${rest}`, {
      details: { problems: this.#kept, ...(more === 0 ? {} : { more }) },
    });
  }
}

const shownCharacters = 64;

/** A value of a request for a message: never more of it than 64 characters. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return value.length > shownCharacters - 2 ? `'${value.slice(0, shownCharacters - 3)}…'` : `'${value}'`;
  if (value instanceof Uint8Array) return 'bytes that are no UTF-8';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return `${typeof value === 'number' && isBlurred(value) ? 'about ' : ''}${String(value).slice(0, shownCharacters)}`;
}

/** A whole number beyond 2⁵³ that is no bigint came with a fraction or an exponent: written in plain digits, its last ones may be others. */
function isBlurred(value: number): boolean {
  return Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) < 1e21;
}

/** A request that has not the form of any input. */
export function invalidInput(message: string): MillwrightError {
  return new MillwrightError('INPUT_INVALID', `Invalid input. ${message}`);
}
