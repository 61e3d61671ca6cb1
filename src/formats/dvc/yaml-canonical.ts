/**
 * Reads the plain block YAML that DVC writes and most people write (mappings, sequences, plain and simply quoted
 * scalars, folded lines, lists of words in brackets) in one
 * pass, some ten times faster than a general parser. At the first thing beyond that it gives up, and the general parser reads the text.
 */
import { resolvePlain } from './yaml-scalar.ts';
import type { Mapping, Value } from './value.ts';

interface Line {
  /** In the text, from 0. */
  readonly number: number;
  readonly indent: number;
  readonly text: string;
}

class Beyond extends Error {}

/** The value of `text`; undefined where it holds more than the canonical form. */
export function readCanonical(text: string): { value: Value } | undefined {
  if (/[\t\r]/.test(text)) return undefined;
  const reader = new Reader(text);
  try {
    return { value: reader.document() };
  } catch (error) {
    if (error instanceof Beyond) return undefined;
    throw error;
  }
}

/** A plain key: what needs no quotes and holds no indicator. */
const key = /^([\w./@-][\w./@ +=-]*):(?: +(.*))?$/;

class Reader {
  private readonly lines: Line[] = [];
  private at = 0;

  constructor(text: string) {
    for (const [number, line] of text.split('\n').entries()) {
      const bare = line.trimStart();
      if (bare !== '' && !bare.startsWith('#')) this.lines.push({ number, indent: line.length - bare.length, text: bare });
    }
  }

  document(): Value {
    const [first] = this.lines;
    if (first === undefined) return null;
    const value = this.block(first.indent);
    if (this.at < this.lines.length) throw new Beyond();
    return value;
  }

  private block(indent: number): Value {
    const line = this.lines[this.at];
    if (line === undefined || line.indent !== indent) throw new Beyond();
    return isDash(line.text) ? this.list(indent) : this.mapping(indent, line.text);
  }

  private list(indent: number): Value[] {
    const list: Value[] = [];
    for (let line = this.lines[this.at]; line !== undefined && line.indent === indent && isDash(line.text); line = this.lines[this.at]) {
      const rest = line.text.slice(2);
      const bare = rest.trimStart();
      const inner = indent + line.text.length - bare.length;
      if (bare === '') {
        this.at += 1;
        const next = this.lines[this.at];
        list.push(next !== undefined && next.indent > indent ? this.block(next.indent) : null);
      } else if (isDash(bare) || key.test(bare)) {
        this.lines[this.at] = { number: line.number, indent: inner, text: bare };
        list.push(this.block(inner));
      } else list.push(this.scalar(bare, indent));
    }
    return list;
  }

  private mapping(indent: number, firstText: string): Mapping {
    const mapping: Mapping = new Map();
    if (!key.test(firstText)) throw new Beyond();
    for (let line = this.lines[this.at]; line !== undefined && line.indent === indent && !isDash(line.text); line = this.lines[this.at]) {
      const match = key.exec(line.text);
      if (match === null) throw new Beyond();
      const name = resolvePlain((match[1] ?? '').trimEnd());
      if (mapping.has(name) || (typeof name === 'object' && name !== null)) throw new Beyond();
      const rest = match[2] ?? '';
      mapping.set(name, rest === '' ? this.nested(indent) : this.scalar(rest, indent));
    }
    return mapping;
  }

  /** The value below `key:`; a sequence may stand at the column of its key. */
  private nested(indent: number): Value {
    this.at += 1;
    const next = this.lines[this.at];
    if (next === undefined || next.indent < indent) return null;
    if (next.indent === indent) return isDash(next.text) ? this.list(indent) : null;
    if (!isDash(next.text) && !key.test(next.text)) return this.scalar(next.text, indent);
    return this.block(next.indent);
  }

  /** A scalar that begins on this line and goes on while lines are deeper than its parent. */
  private scalar(first: string, parentIndent: number): Value {
    const parts = [first.trimEnd()];
    let number = this.lines[this.at]?.number ?? 0;
    this.at += 1;
    for (let next = this.lines[this.at]; next !== undefined && next.indent > parentIndent; next = this.lines[this.at]) {
      // A blank line within would be a line break of the scalar, a comment its end
      if (next.number !== number + 1) throw new Beyond();
      number = next.number;
      parts.push(next.text.trimEnd());
      this.at += 1;
    }
    return scalarOf(parts.join(' '), parts.length);
  }
}

/** `[a, b]` of plain words. */
const flowList = /^\[[^[\]{}"'#&*!|>%@`:,]+(?:,[^[\]{}"'#&*!|>%@`:,]+)*\]$/;

function isDash(text: string): boolean {
  return text.startsWith('- ') || text === '-';
}

function scalarOf(text: string, lineCount: number): Value {
  if (text.startsWith("'")) {
    if (lineCount > 1 || !/^'(?:[^']|'')*'$/.test(text)) throw new Beyond();
    return text.slice(1, -1).replaceAll("''", "'");
  }
  if (text.startsWith('"')) {
    if (lineCount > 1 || !/^"[^"\\]*"$/.test(text)) throw new Beyond();
    return text.slice(1, -1);
  }
  if (lineCount === 1 && flowList.test(text)) {
    const items = text.slice(1, -1).split(',');
    return items.map((item) => scalarOf(item.trim() === '' ? '[' : item.trim(), 1));
  }
  if (text === '[]') return [];
  if (text === '{}') return new Map();
  if (/^[[\]{}&*!|>%@`"#,]|^[?:-](?: |$)|: |:$| #/.test(text)) throw new Beyond();
  return lineCount > 1 ? text : resolvePlain(text);
}
