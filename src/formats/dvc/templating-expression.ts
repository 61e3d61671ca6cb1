/** `${…}` in strings: finding, checking and replacing. */
import type { Context } from './templating-context.ts';
import { TemplateError, valueOf } from './templating-context.ts';
import { pythonStr, shellQuote } from './python-text.ts';
import { isMapping, isScalar, typeName, type Key, type Mapping, type Value } from './value.ts';

/** How a dictionary in `cmd` becomes flags: `[parsing]` of DVC's configuration. */
export interface ParsingOptions {
  readonly bool: 'store_true' | 'boolean_optional';
  readonly list: 'nargs' | 'append';
}

const expressionPattern = /(?<!\\)\$\{(.*?)\}/g;

export function expressionsIn(text: string): RegExpExecArray[] {
  return text.includes('${') ? [...text.matchAll(expressionPattern)] : [];
}

/** Applies `replace` to every string of `value`, keys included. */
export function mapStrings(value: Value, replace: (text: string) => Value): Value {
  if (typeof value === 'string') return replace(value);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, replace));
  if (!isMapping(value)) return value;
  const result: Mapping = new Map();
  for (const [key, item] of value) {
    const name = mapStrings(key, replace);
    result.set(isScalar(name) ? name : pythonStr(name), mapStrings(item, replace));
  }
  return result;
}

/** Throws at the first malformed expression in `value`. */
export function checkSyntax(value: Value): void {
  mapStrings(value, (text) => {
    for (const match of expressionsIn(text)) checkExpression(match[1] ?? '');
    return text;
  });
}

/** `word ("." word | "[" word "]")*`, a word being anything but `.`, `[`, `]`; the message is pyparsing's. */
function checkExpression(inner: string): void {
  const word = /\s*[^.[\]]+/y;
  const step = /\s*(?:\.\s*[^.[\]]+|\[\s*[^.[\]]+\])/y;
  const first = word.exec(inner);
  if (first === null) throw syntaxError(inner, 0, 'Expected !W:(.[])');
  let end = word.lastIndex;
  for (;;) {
    step.lastIndex = end;
    if (step.exec(inner) === null) break;
    end = step.lastIndex;
  }
  if (end < inner.length) throw syntaxError(inner, end, 'Expected end of text');
}

function syntaxError(inner: string, at: number, expected: string): TemplateError {
  const text = `\${${inner}}`;
  const position = at + 2;
  const found = /^(?:\w+|.)/.exec(text.slice(position))?.[0] ?? '';
  const where = `(at char ${position}), (line:1, col:${position + 1})`;
  return new TemplateError('syntax', `${text}\n${' '.repeat(position)}^\nParseException: ${expected}, found '${found}'  ${where}`, text);
}

export interface ResolveOptions {
  /** The stage's key the text stands under; only `cmd` takes a dictionary. Undefined: anything goes. */
  readonly key: string | undefined;
  readonly parsing: ParsingOptions;
}

/** A lone `${x}` gives the value itself; within more text its string. */
export function resolveText(text: string, context: Context, options: ResolveOptions): Value {
  const matches = expressionsIn(text);
  const [first] = matches;
  if (first !== undefined && matches.length === 1 && first[0] === text) {
    const value = valueOf(context.select(first[1] ?? ''));
    checkUsable(value, options.key, text);
    return value;
  }
  let result = '';
  let end = 0;
  for (const match of matches) {
    const value = valueOf(context.select(match[1] ?? ''));
    checkUsable(value, options.key, match[0]);
    result += text.slice(end, match.index) + templateText(value, options.parsing);
    end = match.index + match[0].length;
  }
  return (result + text.slice(end)).replaceAll('\\${', '${');
}

function checkUsable(value: Value, key: string | undefined, expression: string): void {
  if (isScalar(value) || key === undefined || key.includes('foreach')) return;
  if (isMapping(value) && key === 'cmd') return;
  const message = `Cannot interpolate data of type '${typeName(value)}': name one of its ${isMapping(value) ? 'keys' : 'items'}`;
  throw new TemplateError('syntax', message, expression);
}

/** A value within text: booleans in lower case, dictionaries as command line flags, the rest as Python prints it. */
export function templateText(value: Value, parsing: ParsingOptions): string {
  if (typeof value === 'boolean') return String(value);
  return isMapping(value) ? flagsOf(value, parsing) : pythonStr(value);
}

function flagsOf(mapping: Mapping, parsing: ParsingOptions): string {
  const words: string[] = [];
  for (const [name, value] of flattened(mapping)) {
    if (typeof value === 'boolean') {
      if (value) words.push(`--${name}`);
      else if (parsing.bool === 'boolean_optional') words.push(`--no-${name}`);
    } else if (Array.isArray(value)) words.push(...listFlags(name, value, parsing));
    else words.push(`--${name} ${typeof value === 'string' ? shellQuote(value) : pythonStr(value)}`);
  }
  return words.join(' ');
}

function listFlags(name: string, list: readonly Value[], parsing: ParsingOptions): string[] {
  return list.map((item, index) => {
    if (!isScalar(item)) throw new TemplateError('syntax', `Cannot interpolate nested iterable in '${name}'`);
    const word = typeof item === 'string' ? shellQuote(item) : pythonStr(item);
    return index > 0 && parsing.list === 'nargs' ? word : `--${name} ${word}`;
  });
}

/** Leaves by their dotted names; empty mappings vanish. */
export function flattened(mapping: Mapping, prefix = ''): [string, Value][] {
  return [...mapping].flatMap(([key, value]): [string, Value][] => {
    const name = prefix + keyName(key);
    return isMapping(value) ? flattened(value, `${name}.`) : [[name, value]];
  });
}

function keyName(key: Key): string {
  return pythonStr(key);
}
