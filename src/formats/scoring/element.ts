/** One JSON value → one element of a tensor; `undefined` says that it does not fit. Nothing is rounded, cut or guessed. */
import type { ColumnType } from '../mlmodel/mlmodel.ts';
import { halfOverflow, numberToHalf } from '../tensor/half-precision.ts';
import type { Datatype } from '../tensor/tensor.ts';

type Element = number | bigint | string | Uint8Array | null;

export interface ElementReader {
  readonly datatype: Datatype;
  /** For messages. */
  readonly expected: string;
  /** True where `null` is an element: a missing number is NaN. */
  readonly takesNull: boolean;
  readonly read: (value: unknown) => Element | undefined;
}

function readFloat64(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (value === null) return Number.NaN;
  return typeof value === 'bigint' ? Number(value) : undefined;
}

const largestFloat32 = 3.4028234663852886e38;

function readFloat32(value: unknown): number | undefined {
  const number = readFloat64(value);
  // A number that float32 has only as Infinity is not that number.
  return number !== undefined && Math.abs(Math.fround(number)) > largestFloat32 ? undefined : number;
}

function readFloat16(value: unknown): number | undefined {
  const number = readFloat64(value);
  return number === undefined || Math.abs(number) >= halfOverflow ? undefined : numberToHalf(number);
}

function integerReader(datatype: Datatype, least: number, most: number): ElementReader {
  return {
    datatype,
    expected: `a whole number from ${least} to ${most} (${datatype})`,
    takesNull: false,
    read: (value) => (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most ? value : undefined),
  };
}

function bigintReader(datatype: Datatype, least: bigint, most: bigint): ElementReader {
  return {
    datatype,
    expected: `a whole number from ${least} to ${most}, beyond 2⁵³ in plain digits (${datatype})`,
    takesNull: false,
    read: (value) => {
      // A number beyond 2⁵³ that is no bigint stood as 1e18 or with a fraction: its last digits are not known.
      const exact = typeof value === 'bigint' ? value : Number.isSafeInteger(value) ? BigInt(value as number) : undefined;
      return exact !== undefined && exact >= least && exact <= most ? exact : undefined;
    },
  };
}

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function readBase64(value: unknown): Uint8Array | undefined {
  if (typeof value !== 'string') return undefined;
  // Python's encoders break lines.
  const text = value.replaceAll(/[\r\n]/g, '');
  return base64.test(text) ? Buffer.from(text, 'base64') : undefined;
}

const isoTime =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.\d{1,9})?)?(?:Z|[+-](?:[01]\d|2[0-3]):?[0-5]\d)?)?$/;

/** ISO 8601 of a day that is in the calendar and in the range of pandas' nanoseconds. */
function readTime(value: unknown): string | undefined {
  const [text, year, month, day] = typeof value === 'string' ? (isoTime.exec(value) ?? []) : [];
  if (text === undefined || Number(year) < 1678 || Number(year) > 2261) return undefined;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day) ? text : undefined;
}

const boolean: ElementReader = {
  datatype: 'BOOL',
  expected: 'true or false (boolean)',
  takesNull: false,
  read: (value) => (value === true ? 1 : value === false ? 0 : undefined),
};

const text: ElementReader = {
  datatype: 'BYTES',
  expected: 'a text (string)',
  takesNull: false,
  read: (value) => (typeof value === 'string' && value.isWellFormed() ? value : undefined),
};

/** By the datatype of a tensor. */
export const tensorReaders: Readonly<Record<Datatype, ElementReader>> = {
  BOOL: boolean,
  UINT8: integerReader('UINT8', 0, 0xff),
  UINT16: integerReader('UINT16', 0, 0xffff),
  UINT32: integerReader('UINT32', 0, 0xffffffff),
  UINT64: bigintReader('UINT64', 0n, 2n ** 64n - 1n),
  INT8: integerReader('INT8', -0x80, 0x7f),
  INT16: integerReader('INT16', -0x8000, 0x7fff),
  INT32: integerReader('INT32', -0x80000000, 0x7fffffff),
  INT64: bigintReader('INT64', -(2n ** 63n), 2n ** 63n - 1n),
  FP16: {
    datatype: 'FP16',
    expected: 'a number from -65504 to 65504, or null where it is missing (FP16)',
    takesNull: true,
    read: readFloat16,
  },
  FP32: {
    datatype: 'FP32',
    expected: 'a number that float32 can hold, or null where it is missing (FP32)',
    takesNull: true,
    read: readFloat32,
  },
  FP64: { datatype: 'FP64', expected: 'a number, or null where it is missing (FP64)', takesNull: true, read: readFloat64 },
  BYTES: text,
};

/** By the type of a column. */
export const columnReaders: Readonly<Record<ColumnType, ElementReader>> = {
  boolean,
  integer: { ...tensorReaders.INT32, expected: 'a whole number from -2147483648 to 2147483647 (integer)' },
  long: { ...tensorReaders.INT64, expected: 'a whole number of 64 bits, beyond 2⁵³ in plain digits (long)' },
  float: { ...tensorReaders.FP32, expected: 'a number that float32 can hold, or null where it is missing (float)' },
  double: { ...tensorReaders.FP64, expected: 'a number, or null where it is missing (double)' },
  string: text,
  binary: { datatype: 'BYTES', expected: 'bytes in base64 (binary)', takesNull: false, read: readBase64 },
  datetime: { datatype: 'BYTES', expected: 'an ISO 8601 time such as 2024-01-31T12:00:00Z (datetime)', takesNull: false, read: readTime },
};
