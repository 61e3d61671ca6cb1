/** Python's number and string literals. */
import { Float } from './value.ts';

/** Undefined for complex numbers. */
export function pythonNumber(text: string): number | bigint | Float | undefined {
  const bare = text.replaceAll('_', '');
  if (/[jJ]$/.test(bare) && !/^0[xX]/.test(bare)) return undefined;
  if (!/^0[xXoObB]/.test(bare) && /[.eE]/.test(bare)) return new Float(Number(bare));
  const value = BigInt(bare);
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

const escapes: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** Undefined for bytes and f-strings, which are no text literals. */
export function pythonString(token: string): string | undefined {
  const prefix = /^[a-zA-Z]*/.exec(token)?.[0].toLowerCase() ?? '';
  if (prefix.includes('b') || prefix.includes('f')) return undefined;
  const quoted = token.slice(prefix.length);
  const width = quoted.startsWith('"""') || quoted.startsWith("'''") ? 3 : 1;
  const body = quoted.slice(width, -width);
  if (prefix.includes('r')) return body;
  return body.replace(
    /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{1,3})|([\s\S]))/g,
    (all: string, ...groups: (string | undefined)[]) => {
      const [x, u, wide, octal, char] = groups;
      const hex = x ?? u ?? wide;
      if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
      if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
      return escapes[char ?? ''] ?? all;
    },
  );
}
