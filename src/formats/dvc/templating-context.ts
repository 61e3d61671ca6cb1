/**
 * What `${…}` in a dvc.yaml can name: values of vars and parameters files, merged without overriding anything, each
 * knowing the file and the dotted path it came from.
 */
import { posix } from 'node:path';
import { nearestName } from '../../lib/nearest-name.ts';
import { isMapping, isScalar, typeName, type Mapping, type Scalar, type Value } from './value.ts';

/** What is wrong decides how DVC lays the message out: some kinds begin on a line of their own. */
export type TemplateFault = 'syntax' | 'merge' | 'loaded' | 'unknown' | 'context';

export class TemplateError extends Error {
  readonly fault: TemplateFault;
  /** As it stands in the file, `${` and all; undefined where no single one is at fault. */
  readonly expression: string | undefined;
  constructor(fault: TemplateFault, message: string, expression?: string) {
    super(message);
    this.fault = fault;
    this.expression = expression;
  }
}

interface Origin {
  /** File, or `vars[0]`, `train.vars[0]`; undefined for what `foreach` and `matrix` put in. */
  readonly source: string | undefined;
  readonly isFile: boolean;
  readonly path: readonly string[];
}

export type Node = ScalarNode | ListNode | MapNode;
interface ScalarNode {
  readonly kind: 'scalar';
  readonly origin: Origin;
  readonly value: Scalar;
}
export interface ListNode {
  readonly kind: 'list';
  readonly origin: Origin;
  readonly items: readonly Node[];
}
export interface MapNode {
  readonly kind: 'map';
  readonly origin: Origin;
  readonly entries: Map<string, Node>;
}

const nowhere: Origin = { source: undefined, isFile: false, path: [] };

/** Keys that are no strings cannot be named and are left out. */
export function nodeOf(value: Value, origin: Origin = nowhere): Node {
  if (isScalar(value)) return { kind: 'scalar', origin, value };
  if (Array.isArray(value)) return { kind: 'list', origin, items: value.map((item, index) => nodeOf(item, below(origin, String(index)))) };
  const entries = new Map<string, Node>();
  for (const [key, item] of value) if (typeof key === 'string') entries.set(key, nodeOf(item, below(origin, key)));
  return { kind: 'map', origin, entries };
}

function below(origin: Origin, key: string): Origin {
  return { ...origin, path: [...origin.path, key] };
}

export function valueOf(node: Node): Value {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(valueOf);
  return new Map([...node.entries].map(([key, item]) => [key, valueOf(item)]));
}

/** A parameters file; `missing` and `directory` where there is none. */
export type LoadFile = (path: string) => Value | 'missing' | 'directory';

/** File → dotted key → value, for all that expressions used. */
export type TrackedVars = Map<string, Map<string, Value>>;

export class Context {
  private readonly root: MapNode;
  /** Loaded files: all keys, or these only. */
  private readonly imports: Map<string, readonly string[] | undefined>;
  private reserved: readonly string[] = [];
  private tracked: TrackedVars | undefined;
  private readonly load: LoadFile;

  constructor(load: LoadFile, from?: Context) {
    this.load = load;
    this.root = from === undefined ? { kind: 'map', origin: nowhere, entries: new Map() } : copyOf(from.root);
    this.imports = new Map(from?.imports);
    this.reserved = from?.reserved ?? [];
  }

  clone(): Context {
    return new Context(this.load, this);
  }

  has(key: string): boolean {
    return this.root.entries.has(key);
  }

  /** `vars` of a pipeline file or of a stage; `folder` is what their paths are relative to. */
  loadVars(vars: readonly Value[], folder: string, stageName: string | undefined): void {
    for (const [index, item] of vars.entries()) {
      if (typeof item === 'string') this.importFile(item, folder);
      else if (isMapping(item)) {
        const source = `${stageName === undefined ? '' : `${stageName}.`}vars[${index}]`;
        this.mergeIn(nodeOf(item, { source, isFile: false, path: [] }), undefined);
      }
    }
  }

  /** `params.yaml` beside the pipeline file counts even where nothing names it. */
  loadDefault(name: string, folder: string): void {
    if (this.load(joined(folder, name)) !== 'missing') this.importFile(name, folder);
  }

  private importFile(item: string, folder: string): void {
    const colon = item.indexOf(':');
    const path = joined(folder, colon < 0 ? item : item.slice(0, colon));
    const named = colon < 0 ? [] : item.slice(colon + 1).split(',');
    const keys = named.filter((key) => key !== '');
    const wanted = keys.length === 0 ? undefined : keys;
    if (this.imports.has(path)) {
      const loaded = this.imports.get(path);
      if (wanted === undefined && loaded === undefined) return;
      checkLoaded(item, loaded, wanted);
    }
    this.mergeIn(nodeOf(this.selected(path, wanted), { source: path, isFile: true, path: [] }), item);
    const before = this.imports.get(path);
    this.imports.set(path, this.imports.has(path) && before !== undefined ? [...before, ...(wanted ?? [])] : wanted);
  }

  private selected(path: string, keys: readonly string[] | undefined): Mapping {
    const value = this.load(path);
    if (value === 'missing') throw new TemplateError('context', `'${path}' does not exist: create it, or take it out of 'vars:'`);
    if (value === 'directory') throw new TemplateError('context', `'${path}' is a directory`);
    const mapping = value ?? new Map();
    if (!isMapping(mapping)) throw new TemplateError('context', `expected a dictionary, got '${typeName(mapping)}' in file '${path}'`);
    if (keys === undefined) return mapping;
    const chosen: Mapping = new Map();
    for (const key of keys) {
      const found = mapping.get(key);
      if (found === undefined)
        throw new TemplateError('context', `could not find '${key}' in '${path}': define it there, or take it out of 'vars:'`);
      chosen.set(key, found);
    }
    return chosen;
  }

  private mergeIn(node: Node, item: string | undefined): void {
    if (node.kind !== 'map') return;
    const clash = this.reserved.filter((key) => node.entries.has(key));
    if (clash.length > 0) {
      const where = item === undefined ? '' : ` in '${item}'`;
      throw new TemplateError(
        'context',
        `attempted to modify reserved key${clash.length > 1 ? 's' : ''} ${clash.join(' and ')}${where}: choose another name`,
      );
    }
    mergeMaps(this.root, node);
  }

  /** The node a dotted path names: keys of mappings, positions of lists. */
  select(expression: string): Node {
    const parts = expression.replaceAll('[', '.').replaceAll(']', '').split('.');
    let node: Node = this.root;
    for (const [index, part] of parts.entries()) {
      const next: Node | undefined = child(node, part.trim());
      if (next === undefined) {
        const message = `Could not find '${expression}': ${remedyFor(part.trim(), parts.slice(0, index).join('.'), node)}`;
        throw new TemplateError('unknown', message, `\${${expression}}`);
      }
      node = next;
    }
    this.track(node);
    return node;
  }

  private track(node: Node): void {
    const { source, isFile, path } = node.origin;
    if (this.tracked === undefined || !isFile || source === undefined || node.kind === 'map') return;
    const keys = this.tracked.get(source) ?? new Map<string, Value>();
    keys.set(path.join('.'), valueOf(node));
    this.tracked.set(source, keys);
  }

  /** Runs `body`, noting in `tracked` what it uses. */
  tracking<T>(tracked: TrackedVars, body: () => T): T {
    this.tracked = tracked;
    try {
      return body();
    } finally {
      this.tracked = undefined;
    }
  }

  /** Runs `body` with `item` and perhaps `key` in scope; no vars may define them meanwhile. */
  withReserved<T>(values: Readonly<Record<string, Node>>, body: () => T): T {
    const names = Object.keys(values);
    const before = names.map((name) => [name, this.root.entries.get(name)] as const);
    for (const name of names) this.root.entries.set(name, values[name] ?? nodeOf(null));
    const { reserved } = this;
    this.reserved = names;
    try {
      return body();
    } finally {
      this.reserved = reserved;
      for (const [name, node] of before) {
        if (node === undefined) this.root.entries.delete(name);
        else this.root.entries.set(name, node);
      }
    }
  }
}

function joined(folder: string, path: string): string {
  return posix.normalize(path.startsWith('/') ? path : posix.join(folder, path));
}

function checkLoaded(item: string, loaded: readonly string[] | undefined, wanted: readonly string[] | undefined): void {
  if (wanted !== undefined && loaded === undefined) {
    throw new TemplateError('loaded', `cannot partially load '${item}' as it's already loaded.`);
  }
  if (loaded !== undefined && (wanted === undefined || wanted.some((key) => loaded.includes(key)))) {
    throw new TemplateError('loaded', `cannot load '${item}' as it's partially loaded already`);
  }
}

function mergeMaps(into: MapNode, update: MapNode): void {
  for (const [key, node] of update.entries) {
    const old = into.entries.get(key);
    if (old?.kind === 'map' && node.kind === 'map') mergeMaps(old, node);
    else if (old !== undefined) {
      const path = node.origin.path.join('.');
      const [from, before] = [node.origin.source ?? '', old.origin.source ?? ''];
      throw new TemplateError('merge', `cannot redefine '${path}' from '${from}' as it already exists in '${before}': rename one of them`);
    } else into.entries.set(key, node);
  }
}

function copyOf(node: MapNode): MapNode {
  return { ...node, entries: new Map([...node.entries].map(([key, item]) => [key, item.kind === 'map' ? copyOf(item) : item])) };
}

/** @param around the path of `node`, which lacks `name`; empty for the whole context */
function remedyFor(name: string, around: string, node: Node): string {
  if (node.kind === 'scalar') return `'${around}' is a single value, which has no '${name}'`;
  if (node.kind === 'list') return `'${around}' is a list of ${node.items.length}, counted from 0`;
  const nearest = nearestName(name, [...node.entries.keys()]);
  if (nearest !== undefined) return `did you mean '${around === '' ? '' : `${around}.`}${nearest}'?`;
  return around === ''
    ? `define '${name}' in params.yaml or under 'vars:'`
    : `'${around}' has ${[...node.entries.keys()].join(', ') || 'no keys'}`;
}

function child(node: Node, key: string): Node | undefined {
  if (node.kind === 'map') return node.entries.get(key);
  if (node.kind === 'scalar' || !/^[+-]?\d+$/.test(key)) return undefined;
  return node.items.at(Number(key));
}
