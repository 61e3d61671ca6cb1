import { MillwrightError } from '../../errors.ts';

/**
 * `.dvc/config`: INI as Python's ConfigObj reads and writes it. Section → option → value, where a value with unquoted commas is a list.
 * Remotes stand in sections named `remote "name"`. Comments do not survive a change, as with DVC.
 */
export type ConfigValue = string | readonly string[];
export type ConfigSection = Map<string, ConfigValue>;
export type ConfigDocument = Map<string, ConfigSection>;

/** @param fileName for the message where the text cannot be read */
export function parseConfigFile(text: string, fileName: string): ConfigDocument {
  const document: ConfigDocument = new Map();
  let section: ConfigSection = new Map();
  for (const [index, raw] of text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const header = /^\[\s*((?:"[^"]*")|(?:'[^']*')|[^[\]]+?)\s*\]\s*(?:#.*)?$/.exec(line);
    if (header !== null) {
      const name = unquote(header[1]!).toLowerCase();
      if (document.has(name)) throw invalid(fileName, index, `duplicate section name '${name}': merge the two sections`);
      section = new Map();
      document.set(name, section);
      continue;
    }
    const option = /^((?:"[^"]*")|(?:'[^']*')|[^'"=][^=]*?)\s*=\s*(.*)$/.exec(line);
    if (option === null) throw invalid(fileName, index, `'${line}' is neither '[section]' nor 'option = value'`);
    const value = parseValue(option[2]!);
    if (value === undefined) throw invalid(fileName, index, `the value of '${option[1]!}' has an unbalanced quote`);
    section.set(unquote(option[1]!).toLowerCase(), value);
    if (document.size === 0) throw invalid(fileName, index, `'${option[1]!}' stands before the first '[section]'`);
  }
  return document;
}

/** As DVC does, a file that has lost its last option is written as an empty line. */
export function emitConfigFile(document: ConfigDocument): string {
  let text = '';
  for (const [name, options] of document) {
    text += `[${quote(name)}]\n`;
    for (const [key, value] of options) text += `    ${quote(key)} = ${emitValue(value)}\n`;
  }
  return text === '' ? '\n' : text;
}

function parseValue(text: string): ConfigValue | undefined {
  const items: string[] = [];
  let isList = false;
  let rest = text;
  while (rest !== '' && !rest.startsWith('#')) {
    const item = /^(?:"([^"]*)"|'([^']*)'|([^'",#][^,#]*?))\s*(?:(,)\s*|(?=#)|$)/.exec(rest);
    if (item === null) {
      if (rest === ',') return items;
      return undefined;
    }
    items.push(item[1] ?? item[2] ?? item[3] ?? '');
    isList ||= item[4] !== undefined;
    rest = rest.slice(item[0].length);
  }
  return isList ? items : (items[0] ?? '');
}

function emitValue(value: ConfigValue): string {
  if (typeof value === 'string') return quote(value);
  if (value.length === 0) return ',';
  return value.length === 1 ? `${quote(value[0]!)},` : value.map(quote).join(', ');
}

/** Quotes where ConfigObj does: round commas and `#`, and where the text begins or ends with a blank or a quote. */
function quote(text: string): string {
  if (text === '') return '""';
  const isPlain = !/^[ \r\n\v\t'"]|[ \r\n\v\t'"]$|[,#]/.test(text);
  if (isPlain) return text;
  return text.includes('"') ? `'${text}'` : `"${text}"`;
}

function unquote(text: string): string {
  return /^(["']).*\1$/s.test(text) ? text.slice(1, -1) : text.trim();
}

function invalid(fileName: string, lineIndex: number, problem: string): MillwrightError {
  return new MillwrightError('DVC_CONFIG_INVALID', `configuration error - ${fileName}, line ${lineIndex + 1}: ${problem}`);
}
