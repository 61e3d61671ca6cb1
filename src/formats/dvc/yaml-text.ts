/**
 * How ruamel.yaml 0.18/0.19 writes a string: which quotes it takes, and where it folds. DVC writes all its files with it,
 * so its habits (a fold before a long word leaves the space at the end of the line) are part of the format.
 */
import { isAmbiguous } from './yaml-scalar.ts';

export const lineWidth = 80;

export interface Place {
  /** Column at which the next character lands. */
  readonly column: number;
  /** Where folded lines begin. */
  readonly indent: number;
  readonly flow: boolean;
  readonly key: boolean;
}

/** Safe to write plain anywhere, found without a closer look: most of what a lock file holds. */
const obviouslyPlain = /^[A-Za-z][\w./@-]*$/;

/** The text of a string scalar, quoted and folded as its place needs. */
export function stringText(text: string, place: Place): string {
  if (obviouslyPlain.test(text) && text.length + place.column <= lineWidth && !isAmbiguous(text)) return text;
  const chars = Array.from(text);
  const traits = analyze(chars);
  const plainAllowed = place.flow ? traits.flowPlain : traits.blockPlain;
  if (plainAllowed && !isAmbiguous(text)) return foldPlain(text, place);
  if (traits.singleQuoted && !text.includes("'") && !text.includes('\n')) return foldSingle(chars, place);
  return foldDouble(chars, place);
}

interface Traits {
  readonly blockPlain: boolean;
  readonly flowPlain: boolean;
  readonly singleQuoted: boolean;
}

const breaks = new Set(['\n', '\u0085', '\u2028', '\u2029']);
const printable = /^[\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]*$/u;

function analyze(chars: readonly string[]): Traits {
  if (chars.length === 0) return { blockPlain: false, flowPlain: false, singleQuoted: true };
  const text = chars.join('');
  const edges = /^[ \n\u0085\u2028\u2029]|[ \n\u0085\u2028\u2029]$/.test(text);
  const spaceBeforeBreak = / [\n\u0085\u2028\u2029]/.test(text);
  const spaceAfterBreak = /[\n\u0085\u2028\u2029] /.test(text);
  const special = !printable.test(text);
  const badForPlain = edges || special || spaceBeforeBreak || spaceAfterBreak || chars.some((char) => breaks.has(char));
  const block = blockIndicator.test(text);
  return {
    blockPlain: !badForPlain && !block,
    flowPlain: !badForPlain && !block && !/[,[\]{}]/.test(text) && text !== '?' && text !== ':',
    singleQuoted: !special && !spaceBeforeBreak && !spaceAfterBreak,
  };
}

/** Document markers; leading indicators; `?`, `:`, `-` before white space or alone; `: ` and ` #` inside. */
const blockIndicator =
  /^---|^\.\.\.|^[#,[\]{}&*!|>'"%@`]|^[?:-](?:$|[\0 \t\r\n\u0085\u2028\u2029])|:(?:$|[\0 \t\r\n\u0085\u2028\u2029])|[\0 \t\r\n\u0085\u2028\u2029]#/;

function foldPlain(text: string, place: Place): string {
  const newline = `\n${' '.repeat(place.indent)}`;
  let out = '';
  let column = place.column;
  for (const [piece] of text.matchAll(/ +|[^ ]+/g)) {
    const isSpace = piece.startsWith(' ');
    if (isSpace && piece.length === 1 && column >= lineWidth && !place.key) {
      out += newline;
      column = place.indent;
      continue;
    }
    const width = isSpace ? piece.length : lengthOf(piece);
    if (!isSpace && column + width > lineWidth && column > place.indent) {
      out += newline;
      column = place.indent;
    }
    out += piece;
    column += width;
  }
  return out;
}

function lengthOf(text: string): number {
  return /[\ud800-\udfff]/.test(text) ? Array.from(text).length : text.length;
}

/** Breaks at a single space once past the width; a line break of the text itself (NEL, LS, PS) stays one. */
function foldSingle(chars: readonly string[], place: Place): string {
  const newline = `\n${' '.repeat(place.indent)}`;
  let out = "'";
  let column = place.column + 1;
  for (let at = 0; at < chars.length; at++) {
    const char = chars[at] ?? '';
    const alone = char === ' ' && chars[at - 1] !== ' ' && chars[at + 1] !== ' ';
    if (alone && column > lineWidth && !place.key && at !== 0 && at + 1 !== chars.length) {
      out += newline;
      column = place.indent;
    } else if (breaks.has(char)) {
      out += char;
      if (!breaks.has(chars[at + 1] ?? '')) out += ' '.repeat(place.indent);
      column = place.indent;
    } else {
      out += char;
      column += 1;
    }
  }
  return `${out}'`;
}

const escapes: Readonly<Record<string, string>> = {
  '\0': '0',
  '\x07': 'a',
  '\b': 'b',
  '\t': 't',
  '\n': 'n',
  '\v': 'v',
  '\f': 'f',
  '\r': 'r',
  '\x1b': 'e',
  '"': '"',
  '\\': '\\',
  '\u0085': 'N',
  '\u00a0': '_',
  '\u2028': 'L',
  '\u2029': 'P',
};
const needsNoEscape = /^[\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]$/u;

/** ruamel's `write_double_quoted`, step for step: its cursor (`start`, `end`) decides where a fold needs a backslash. */
function foldDouble(chars: readonly string[], place: Place): string {
  const newline = `\n${' '.repeat(place.indent)}`;
  let out = '"';
  let column = place.column + 1;
  let start = 0;
  const write = (data: string, width: number): void => {
    out += data;
    column += width;
  };
  for (let end = 0; end <= chars.length; end++) {
    const char = chars[end];
    if (char === undefined || char === '"' || char === '\\' || char === '\u2028' || char === '\u2029' || !needsNoEscape.test(char)) {
      if (start < end) {
        write(chars.slice(start, end).join(''), end - start);
        start = end;
      }
      if (char !== undefined) {
        const data = escapeOf(char);
        write(data, data.length);
        start = end + 1;
      }
    }
    const foldable = end > 0 && end < chars.length - 1 && (char === ' ' || start >= end) && !place.key;
    if (foldable && column + (end - start) > lineWidth) {
      const backslash = needsBackslash(chars, start, end);
      out += chars.slice(start, end).join('') + (backslash ? '\\' : '') + newline;
      if (start < end) start = end;
      column = place.indent;
      if (chars[start] === ' ') {
        if (backslash) write('\\', 1);
        else start += 1;
      }
    }
  }
  return `${out}"`;
}

function needsBackslash(chars: readonly string[], start: number, end: number): boolean {
  const space = chars.indexOf(' ', end);
  if (space < 0) return true;
  const lineFeed = chars.indexOf('\n', end);
  const at = lineFeed >= 0 && lineFeed < space ? lineFeed : space;
  const next = chars[at + 1];
  if (next === undefined || (chars[at] === '\n' && next !== ' ')) return true;
  const quoted = chars.slice(end, at).some((char) => char === '"' || char === "'");
  const doubleSpace = chars[end - 1] === ' ' && chars[end] === ' ';
  return quoted || next === ' ' || next === '\n' || doubleSpace || start === end;
}

function escapeOf(char: string): string {
  const short = escapes[char];
  if (short !== undefined) return `\\${short}`;
  const code = char.codePointAt(0) ?? 0;
  const hex = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}
