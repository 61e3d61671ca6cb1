/** JSON of bounded depth: deep nesting costs whoever walks the parsed value the stack. */

export const tooDeep: unique symbol = Symbol('tooDeep');

/** Below this many characters even the deepest text takes a parser little memory: its value is looked at, which is cheaper. */
const scannedFrom = 256 * 1024;

/**
 * The value of a text, or `tooDeep` where its brackets nest deeper than `levels`.
 * @param parse takes the stack only of a text that is too deep, if any
 * @throws SyntaxError
 */
export function parseBounded(text: string, levels: number, parse: (text: string) => unknown = JSON.parse): unknown {
  if (text.length >= scannedFrom) return isNestedDeeper(text, levels) ? tooDeep : parse(text);
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    if (error instanceof RangeError) return tooDeep;
    throw error;
  }
  return isDeeper(value, levels) ? tooDeep : value;
}

/** Whether brackets nest deeper than `levels`. Strings are left out. */
function isNestedDeeper(text: string, levels: number): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (inString) {
      if (code === 0x5c) index += 1;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x7b || code === 0x5b) {
      depth += 1;
      if (depth > levels) return true;
    } else if (code === 0x7d || code === 0x5d) depth -= 1;
  }
  return false;
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object' && isDeeper(item, levels - 1)) return true;
    return false;
  }
  // Values of JSON have no properties but their own.
  for (const key in value) if (isDeeper((value as Readonly<Record<string, unknown>>)[key], levels - 1)) return true;
  return false;
}
