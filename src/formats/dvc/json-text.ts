/** JSON as Python's `json.load` reads it: keys stay in order, `1` apart from `1.0`, `NaN` and `Infinity` are numbers. */
import { MillwrightError } from '../../errors.ts';
import { Float, type Mapping, type Value } from './value.ts';

export function parseJson(text: string, fileName: string): Value {
  const reader = new JsonReader(text, fileName);
  return reader.document();
}

const number = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?/y;
const string = /"(?:[^"\\\n]|\\.)*"/y;
const word = /true|false|null|NaN|-?Infinity/y;
const blank = /[ \t\r\n]*/y;
const words = new Map<string, Value>([
  ['true', true],
  ['false', false],
  ['null', null],
  ['NaN', new Float(Number.NaN)],
  ['Infinity', new Float(Infinity)],
  ['-Infinity', new Float(-Infinity)],
]);

class JsonReader {
  private at = 0;
  private readonly text: string;
  private readonly fileName: string;

  constructor(text: string, fileName: string) {
    this.text = text;
    this.fileName = fileName;
  }

  document(): Value {
    const value = this.value();
    this.skip();
    if (this.at < this.text.length) this.fail('nothing more');
    return value;
  }

  private value(): Value {
    this.skip();
    const char = this.text[this.at];
    if (char === '{') return this.mapping();
    if (char === '[') return this.list();
    if (char === '"') return this.string();
    const named = this.take(word);
    if (named !== undefined) return words.get(named[0]) ?? null;
    const digits = this.take(number);
    if (digits === undefined) return this.fail('a value');
    const [text, fraction, exponent] = digits;
    if (fraction !== undefined || exponent !== undefined) return new Float(Number(text));
    return Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text);
  }

  private mapping(): Mapping {
    const mapping: Mapping = new Map();
    this.at += 1;
    if (this.sign('}')) return mapping;
    do {
      this.skip();
      if (this.text[this.at] !== '"') this.fail('a key in double quotes');
      const key = this.string();
      if (!this.sign(':')) this.fail("':'");
      mapping.set(key, this.value());
    } while (this.sign(','));
    if (!this.sign('}')) this.fail("',' or '}'");
    return mapping;
  }

  private list(): Value[] {
    const list: Value[] = [];
    this.at += 1;
    if (this.sign(']')) return list;
    do list.push(this.value());
    while (this.sign(','));
    if (!this.sign(']')) this.fail("',' or ']'");
    return list;
  }

  private string(): string {
    const match = this.take(string) ?? this.fail('the end of the string');
    try {
      return JSON.parse(match[0]) as string;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return this.fail('a string without bad escapes');
    }
  }

  private sign(expected: string): boolean {
    this.skip();
    if (this.text[this.at] !== expected) return false;
    this.at += 1;
    return true;
  }

  private skip(): void {
    this.take(blank);
  }

  private take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match === null) return undefined;
    this.at = pattern.lastIndex;
    return match;
  }

  private fail(expected: string): never {
    const before = this.text.slice(0, this.at).split('\n');
    const column = (before.at(-1)?.length ?? 0) + 1;
    throw new MillwrightError(
      'DVC_FILE_INVALID',
      `'${this.fileName}' is invalid JSON in line ${before.length}, column ${column}: expected ${expected}`,
    );
  }
}
