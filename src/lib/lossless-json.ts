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

/** What `JSON.stringify` writes as a plain number. */
export function integerJson(value: number | bigint): unknown {
  return typeof value === 'bigint' ? native.rawJSON(value.toString()) : value;
}
