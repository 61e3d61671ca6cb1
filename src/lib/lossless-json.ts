/** JSON whose integers beyond ±2⁵³ are `bigint`s, in both directions. */

const native = JSON as unknown as {
  parse(source: string, reviver?: (key: string, value: unknown, context: { source?: string }) => unknown): unknown;
  rawJSON(text: string): object;
};

/** Sixteen digits that are not a fraction: perhaps an integer that a double cannot hold. A reviver costs tenfold. */
const longInteger = /(?<![\d.])\d{16}/;

/** @throws SyntaxError; RangeError where it is nested too deep */
export function parseLossless(source: string): unknown {
  return longInteger.test(source) ? native.parse(source, keepInteger) : native.parse(source);
}

/** The same, and a fraction of nothing but zeroes is none: `9007199254740993.0` is that integer. @throws as parseLossless */
export function parseLosslessNumbers(source: string): unknown {
  if (!longInteger.test(source)) return native.parse(source);
  return native.parse(source, (key, value, context) =>
    keepInteger(key, value, context.source === undefined ? context : { source: context.source.replace(/\.0+$/, '') }),
  );
}

/** The same with those integers as texts, for what is written as JSON again. @throws SyntaxError; RangeError where it is nested too deep */
export function parseLongIntegersAsText(source: string): unknown {
  if (!longInteger.test(source)) return native.parse(source);
  return native.parse(source, (key, value, context) => {
    const exact = keepInteger(key, value, context);
    return typeof exact === 'bigint' ? exact.toString() : exact;
  });
}

function keepInteger(_: string, value: unknown, context: { source?: string }): unknown {
  const exact = context.source;
  if (typeof value !== 'number' || Number.isSafeInteger(value) || exact === undefined || !/^-?\d+$/.test(exact)) return value;
  return BigInt(exact);
}

/** Where a value holds a number that was too large for a double (`1e999`), such as `features.x`: written as JSON again it would be null. */
export function findInfinite(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) || Number.isNaN(value) ? undefined : '';
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, item] of Object.entries(value)) {
    const inside = findInfinite(item);
    if (inside !== undefined) return inside === '' ? key : `${key}.${inside}`;
  }
  return undefined;
}

/** What `JSON.stringify` writes as a plain number. */
export function integerJson(value: number | bigint): unknown {
  return typeof value === 'bigint' ? native.rawJSON(value.toString()) : value;
}
