/** YAML text to values through the `yaml` library's tree, with ruamel's meaning of scalars, merge keys and duplicates. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Pair, type ParsedNode, type YAMLMap } from 'yaml';
import { MillwrightError } from '../../errors.ts';
import type { ContainerLayout, ItemLayout, Layout, Trivia } from './yaml-layout.ts';
import { resolvePlain } from './yaml-scalar.ts';
import { isMapping, typeName, type Key, type Mapping, type Scalar, type Value } from './value.ts';

export interface Composed {
  readonly value: Value;
  readonly layout: Layout;
}

export interface Position {
  readonly line: number;
  readonly column: number;
}

export function composeYaml(text: string, fileName: string): Composed {
  const lines = new LineCounter();
  const document = open(text, lines);
  const composer = new Composer(text, fileName, lines);
  const [problem] = document.errors;
  if (problem !== undefined) composer.fail(problem.pos[0], firstSentence(problem.message));
  const value = document.contents === null ? null : composer.value(document.contents);
  return { value, layout: { head: headOf(text, document.contents), tail: composer.tail, containers: composer.containers } };
}

/** Where the key at `path`, or the first `sample` after it, stands, 1-based; its nearest ancestor where it is absent. For messages only: it parses again. */
export function locateYaml(text: string, path: readonly Key[], sample?: string): Position {
  const lines = new LineCounter();
  const document = open(text, lines);
  let node: ParsedNode | null = document.contents;
  let offset = node?.range[0] ?? 0;
  for (const step of path) {
    let next: ParsedNode | null | undefined;
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
      if (pair === undefined) break;
      offset = pair.key.range?.[0] ?? offset;
      next = pair.value;
    } else if (isSeq(node)) {
      next = node.items[Number(step)];
      offset = next?.range?.[0] ?? offset;
    }
    if (next === undefined || next === null) break;
    node = next;
  }
  const found = sample === undefined ? -1 : text.indexOf(sample, offset);
  const { line, col } = lines.linePos(found < 0 ? offset : found);
  return { line, column: col };
}

function open(text: string, lineCounter: LineCounter): Document.Parsed {
  const options = { version: '1.2', schema: 'failsafe', uniqueKeys: false, prettyErrors: false, logLevel: 'silent', lineCounter } as const;
  return parseDocument(text, options);
}

function firstSentence(message: string): string {
  return (message.split('\n')[0] ?? message).replace(/[:.]$/, '');
}

/** Comments above the first token, without document markers and directives. */
function headOf(text: string, contents: ParsedNode | null): string {
  const before = text.slice(0, contents?.range[0] ?? 0);
  const lines = before.slice(0, before.lastIndexOf('\n') + 1).split('\n');
  return lines.filter((line) => !/^(?:---|%)/.test(line)).join('\n');
}

class Composer {
  readonly containers = new Map<Value[] | Mapping, ContainerLayout>();
  tail = '';
  private readonly anchors = new Map<string, Value>();
  private readonly text: string;
  private readonly fileName: string;
  private readonly lines: LineCounter;

  constructor(text: string, fileName: string, lines: LineCounter) {
    this.text = text;
    this.fileName = fileName;
    this.lines = lines;
  }

  fail(offset: number, problem: string): never {
    const { line, col } = this.lines.linePos(offset);
    const conflict = this.text.includes('<<<<<<<') ? ' (it holds merge conflict markers: resolve them first)' : '';
    throw new MillwrightError(
      'DVC_FILE_INVALID',
      `'${this.fileName}' is invalid YAML in line ${line}, column ${col}: ${problem}${conflict}`,
    );
  }

  value(node: ParsedNode): Value {
    if (isAlias(node)) {
      const target = this.anchors.get(node.source);
      if (target === undefined) this.fail(node.range[0], `the alias *${node.source} has no anchor &${node.source} before it`);
      return target;
    }
    const value = isScalar(node) ? this.scalar(node) : isMap(node) ? this.mapping(node) : this.list(node);
    if (isScalar(node) && node.anchor !== undefined) this.anchors.set(node.anchor, value);
    return value;
  }

  private scalar(node: ParsedNode & { type?: string | undefined }): Scalar {
    const text = 'value' in node && typeof node.value === 'string' ? node.value : '';
    if (node.tag === undefined) return node.type === 'PLAIN' || node.type === undefined ? resolvePlain(text) : text;
    const tag = node.tag.replace('tag:yaml.org,2002:', '!!');
    if (tag === '!!str' || tag === '!') return text;
    if (!['!!int', '!!float', '!!bool', '!!null', '!!timestamp'].includes(tag)) {
      this.fail(node.range[0], `the tag ${node.tag} is not known`);
    }
    return resolvePlain(text);
  }

  private list(node: ParsedNode): Value[] {
    const list: Value[] = [];
    if (!isSeq(node)) return list;
    const layout = this.register(list, node.flow === true && node.items.length > 0, node.anchor);
    for (const [index, item] of node.items.entries()) {
      list.push(this.value(item));
      this.note(layout, index, undefined, item);
    }
    return list;
  }

  private mapping(node: YAMLMap.Parsed): Mapping {
    const merged: Mapping = new Map();
    const own: Mapping = new Map();
    const result: Mapping = new Map();
    const layout = this.register(result, node.flow === true && node.items.length > 0, node.anchor);
    for (const pair of node.items) {
      if (isScalar(pair.key) && pair.key.type === 'PLAIN' && pair.key.value === '<<') {
        const sources = this.mergeSources(pair);
        for (const source of sources.toReversed()) for (const [key, item] of source) merged.set(key, item);
        layout.merge = { sources, position: own.size, values: merged };
        continue;
      }
      const key = this.key(pair.key);
      if (own.has(key)) this.fail(pair.key.range[0], `the key '${String(key)}' stands twice in one mapping: remove or rename one`);
      own.set(key, pair.value === null ? null : this.value(pair.value));
      this.note(layout, key, pair.key, pair.value);
    }
    for (const [key, item] of [...merged, ...own]) result.set(key, item);
    return result;
  }

  private key(node: ParsedNode): Key {
    const key = this.value(node);
    if (Array.isArray(key) || isMapping(key)) this.fail(node.range[0], `a ${typeName(key)} cannot be a key`);
    return key;
  }

  private mergeSources(pair: Pair<ParsedNode, ParsedNode | null>): Mapping[] {
    const value = pair.value === null ? null : this.value(pair.value);
    const sources = Array.isArray(value) ? value : [value];
    return sources.map((source) =>
      isMapping(source) ? source : this.fail(pair.key.range[0], '`<<` takes a mapping or a list of mappings'),
    );
  }

  private register(container: Value[] | Mapping, flow: boolean, anchor: string | undefined): ContainerLayout {
    const layout: ContainerLayout = { flow, anchor, items: new Map() };
    this.containers.set(container, layout);
    if (anchor !== undefined) this.anchors.set(anchor, container);
    return layout;
  }

  private note(layout: ContainerLayout, key: Key, keyNode: ParsedNode | undefined, node: ParsedNode | null): void {
    const isBlock = node !== null && (isMap(node) || isSeq(node)) && node.flow !== true;
    const item: { -readonly [K in keyof ItemLayout]: ItemLayout[K] } = {};
    const keyEnd = keyNode === undefined ? undefined : this.text.indexOf(':', keyNode.range[1]) + 1;
    if (node === null) assign(item, 'after', triviaAt(this.text, keyEnd ?? 0));
    else if (isBlock) assign(item, 'afterKey', keyEnd === undefined ? undefined : triviaAt(this.text, keyEnd));
    else {
      const isBlockScalar = isScalar(node) && (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED');
      const source = this.text.slice(node.range[0], node.range[1]);
      const kept = isBlockScalar ? source.replace(/\s+$/, '') : source;
      const after = triviaAt(this.text, node.range[0] + kept.length);
      assign(item, 'after', isScalar(node) ? after : this.withoutTail(after));
      if (isScalar(node)) assign(item, 'source', keptSource(this.scalar(node), kept, isBlockScalar));
    }
    layout.items.set(key, item);
  }

  /** ruamel ties the lines after a flow collection to the end of the text where nothing follows them. */
  private withoutTail(after: Trivia | undefined): Trivia | undefined {
    if (after === undefined || !after.isLast) return after;
    this.tail = after.lines
      .slice(1)
      .map((line) => `${line}\n`)
      .join('');
    return after.column === undefined ? undefined : { ...after, lines: after.lines.slice(0, 1) };
  }
}

function assign<T, K extends keyof T>(target: T, key: K, value: T[K] | undefined): void {
  if (value !== undefined) target[key] = value;
}

/** Numbers and block scalars come back as written; other strings lose their quotes, as ruamel drops them. */
function keptSource(value: Scalar, text: string, block: boolean): ItemLayout['source'] | undefined {
  if (block) return { value, text, block };
  const isNumber = typeof value === 'object' && value !== null ? true : typeof value === 'number' || typeof value === 'bigint';
  return isNumber && !text.startsWith('+') && !/^['"]/.test(text) ? { value, text, block } : undefined;
}

/** The rest of the line at `offset` and the comment and blank lines after it; undefined where there is nothing but a line end. */
function triviaAt(text: string, offset: number): Trivia | undefined {
  const rest = /[ \t]*(#[^\r\n]*)?(?:\r?\n|$)/y;
  rest.lastIndex = offset;
  const first = rest.exec(text);
  if (first === null) return undefined;
  const lines = [first[1] ?? ''];
  const column = first[1] === undefined ? undefined : first.index + first[0].indexOf('#') - (text.lastIndexOf('\n', offset - 1) + 1);
  const whole = /[ \t]*(?:\r?\n|#[^\r\n]*(?:\r?\n|$))/y;
  whole.lastIndex = rest.lastIndex;
  let end = rest.lastIndex;
  for (let line = whole.exec(text); line !== null; line = whole.exec(text)) {
    lines.push(line[0].trimEnd());
    end = whole.lastIndex;
  }
  return lines.length === 1 && lines[0] === '' ? undefined : { column, lines, isLast: end >= text.length };
}
