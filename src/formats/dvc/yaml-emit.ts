/**
 * Values as ruamel's round-trip dumper writes them for DVC: block style, width 80, sequences at the column of their key.
 * With a {@link Layout} comments, flow style and block scalars of the text that was read come back.
 */
import type { ContainerLayout, ItemLayout, Layout, Trivia } from './yaml-layout.ts';
import { plainText } from './yaml-scalar.ts';
import { lineWidth, stringText } from './yaml-text.ts';
import { equals, isScalar, type Key, type Mapping, type Scalar, type Value } from './value.ts';

/** Longer keys are written with `? `. */
const maximumSimpleKey = 128;

export function emitValue(value: Value, layout?: Layout): string {
  const emitter = new Emitter(value, layout);
  return emitter.document(value);
}

class Emitter {
  private out = '';
  private column = 0;
  private readonly layout: Layout | undefined;
  /** Containers that occur more than once, with their anchor; `undefined` until it is written. */
  private readonly anchors = new Map<Value[] | Mapping, string | undefined>();
  private anchorCount = 0;

  constructor(root: Value, layout: Layout | undefined) {
    this.layout = layout;
    this.findShared(root, new Set());
  }

  document(value: Value): string {
    this.out = this.layout?.head ?? '';
    if (isScalar(value)) this.write(scalarText(value, { column: 0, indent: 0, flow: false, key: false }));
    else if (this.isFlow(value)) this.flow(value, 0);
    else this.block(value, 0, true);
    return `${this.out}\n${this.layout?.tail ?? ''}`;
  }

  private findShared(value: Value, seen: Set<Value>): void {
    if (isScalar(value)) return;
    if (seen.has(value)) {
      this.anchors.set(value, undefined);
      return;
    }
    seen.add(value);
    const merge = this.layoutOf(value)?.merge;
    for (const source of merge?.sources ?? []) this.findShared(source, seen);
    for (const [key, item] of value.entries()) if (!isMerged(merge, key, item)) this.findShared(item, seen);
  }

  private layoutOf(value: Value[] | Mapping): ContainerLayout | undefined {
    return this.layout?.containers.get(value);
  }

  private isFlow(value: Value[] | Mapping): boolean {
    return (Array.isArray(value) ? value.length : value.size) === 0 || this.layoutOf(value)?.flow === true;
  }

  private write(text: string): void {
    this.out += text;
    const lineStart = text.lastIndexOf('\n');
    this.column = lineStart < 0 ? this.column + widthOf(text) : widthOf(text.slice(lineStart + 1));
  }

  private newline(indent: number): void {
    this.out += `\n${' '.repeat(indent)}`;
    this.column = indent;
  }

  /** A collection in block style; `inline`: its first item goes where the cursor is. */
  private block(value: Value[] | Mapping, indent: number, inline: boolean): void {
    let first = inline;
    const layout = this.layoutOf(value);
    const begin = (): void => {
      if (!first) this.newline(indent);
      first = false;
    };
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) {
        begin();
        this.write('-');
        this.item(item, indent, layout?.items.get(index));
      }
      return;
    }
    const merge = layout?.merge;
    const own = [...value].filter(([key, item]) => !isMerged(merge, key, item));
    for (const [position, [key, item]] of own.entries()) {
      if (merge?.position === position) this.merge(merge.sources, begin);
      begin();
      this.entry(key, item, indent, layout?.items.get(key));
    }
    if (merge !== undefined && merge.position >= own.length) this.merge(merge.sources, begin);
  }

  private merge(sources: readonly Mapping[], begin: () => void): void {
    begin();
    const names = sources.map((source) => `*${this.anchors.get(source) ?? this.layoutOf(source)?.anchor ?? ''}`);
    this.write(names.length === 1 ? `<<: ${names[0] ?? ''}` : `<<: [${names.join(', ')}]`);
  }

  private entry(key: Key, item: Value, indent: number, layout: ItemLayout | undefined): void {
    const text = scalarText(key, { column: this.column, indent: indent + 2, flow: false, key: true });
    const isSimple = text.length < maximumSimpleKey && !(typeof key === 'string' && /[\n\u0085\u2028\u2029]/.test(key));
    if (!isSimple) {
      this.write(`? ${scalarText(key, { column: this.column + 2, indent: indent + 2, flow: false, key: false })}`);
      this.newline(indent);
      this.write(':');
      if (item !== null) this.item(item, indent, layout);
      return;
    }
    this.write(`${text}:`);
    this.trivia(layout?.afterKey);
    if (isScalar(item)) return this.scalarItem(item, indent + 2, layout);
    if (this.alias(item)) return this.trivia(layout?.after);
    if (this.isFlow(item)) {
      this.write(' ');
      this.flow(item, indent + 2);
      return this.trivia(layout?.after);
    }
    this.block(item, Array.isArray(item) ? indent : indent + 2, false);
  }

  /** What follows the dash of a sequence. */
  private item(item: Value, indent: number, layout: ItemLayout | undefined): void {
    if (item === null) this.write(' ');
    if (isScalar(item)) return this.scalarItem(item, indent + 2, layout);
    if (this.alias(item)) return this.trivia(layout?.after);
    if (this.isFlow(item)) {
      this.write(' ');
      this.flow(item, indent + 2);
      return this.trivia(layout?.after);
    }
    const anchored = this.anchors.has(item) || layout?.afterKey !== undefined;
    this.trivia(layout?.afterKey);
    if (!anchored) this.write(' ');
    this.block(item, indent + 2, !anchored);
  }

  private scalarItem(value: Scalar, indent: number, layout: ItemLayout | undefined): void {
    const kept = layout?.source;
    if (kept !== undefined && equals(kept.value, value)) this.write(` ${kept.block ? reindent(kept.text, indent) : kept.text}`);
    else if (kept?.block === true && typeof value === 'string') this.write(` ${blockText(value, kept.text[0] ?? '|', indent)}`);
    else if (value !== null) this.write(` ${scalarText(value, { column: this.column + 1, indent, flow: false, key: false })}`);
    this.trivia(layout?.after);
  }

  /** Writes the anchor of a shared collection, or `*anchor` from its second place on: true then. */
  private alias(value: Value[] | Mapping): boolean {
    if (!this.anchors.has(value)) return false;
    const known = this.anchors.get(value);
    if (known !== undefined) {
      this.write(` *${known}`);
      return true;
    }
    this.anchorCount += 1;
    const name = this.layoutOf(value)?.anchor ?? `id${String(this.anchorCount).padStart(3, '0')}`;
    this.anchors.set(value, name);
    this.write(` &${name}`);
    return false;
  }

  private flow(value: Value[] | Mapping, indent: number): void {
    const isList = Array.isArray(value);
    const layout = this.layoutOf(value);
    this.write(isList ? '[' : '{');
    let first = true;
    for (const [key, item] of value.entries()) {
      if (!first) this.write(',');
      if (this.column > lineWidth) this.newline(indent);
      else if (!first) this.write(' ');
      first = false;
      if (!isList) this.write(`${scalarText(key, { column: this.column, indent: indent + 2, flow: true, key: true })}:`);
      this.flowItem(item, indent, isList, layout?.items.get(key));
    }
    this.write(isList ? ']' : '}');
  }

  private flowItem(item: Value, indent: number, inList: boolean, layout: ItemLayout | undefined): void {
    const space = inList ? '' : ' ';
    if (layout?.source !== undefined && equals(layout.source.value, item)) return this.write(space + layout.source.text);
    if (isScalar(item)) {
      if (item === null) return inList ? this.write('null') : undefined;
      return this.write(space + scalarText(item, { column: this.column + space.length, indent: indent + 2, flow: true, key: false }));
    }
    this.write(space);
    this.flow(item, indent + 2);
  }

  private trivia(trivia: Trivia | undefined): void {
    if (trivia === undefined) return;
    const [first = '', ...rest] = trivia.lines;
    if (first !== '') this.write(' '.repeat(Math.max(1, (trivia.column ?? 0) - this.column)) + first);
    for (const line of rest) this.write(`\n${line}`);
  }
}

function isMerged(merge: ContainerLayout['merge'], key: Key, item: Value): boolean {
  return merge !== undefined && merge.values.has(key) && merge.values.get(key) === item;
}

function scalarText(value: Scalar, place: { column: number; indent: number; flow: boolean; key: boolean }): string {
  if (typeof value === 'string') return stringText(value, place);
  return value === null && (place.key || place.column === 0) ? 'null' : plainText(value);
}

function widthOf(text: string): number {
  return /[\ud800-\udfff]/.test(text) ? Array.from(text).length : text.length;
}

/** A changed string in the place of a block scalar stays one. */
function blockText(value: string, indicator: string, indent: number): string {
  const body = value.replace(/\n+$/, '');
  const breaks = value.length - body.length;
  const lines = body.split('\n').map((line) => (line === '' ? '' : ' '.repeat(indent) + line));
  return `${indicator}${breaks === 0 ? '-' : breaks === 1 ? '' : '+'}\n${lines.join('\n')}${'\n'.repeat(Math.max(0, breaks - 1))}`;
}

/** Moves the lines of a block scalar (`|` and its text) to another indentation. */
function reindent(text: string, indent: number): string {
  const [header = '', ...lines] = text.split('\n');
  const old = Math.min(...lines.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length));
  const moved = lines.map((line) => (line.trim() === '' ? '' : ' '.repeat(indent) + line.slice(old)));
  return [header, ...moved].join('\n');
}
