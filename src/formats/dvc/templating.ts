/** Resolves a dvc.yaml: vars, `${}`, `foreach`, `matrix`. Stages come in the order of the file, generated ones as `group@key`. */
import { posix } from 'node:path';
import { MillwrightError } from '../../errors.ts';
import {
  Context,
  nodeOf,
  TemplateError,
  type ListNode,
  type LoadFile,
  type MapNode,
  type Node,
  type TrackedVars,
} from './templating-context.ts';
import { checkSyntax, expressionsIn, mapStrings, resolveText, templateText, type ParsingOptions } from './templating-expression.ts';
import { isMapping, isScalar, typeName, type Key, type Mapping, type Value } from './value.ts';
import { locateYaml } from './yaml.ts';

export interface TemplatingOptions {
  /** Folder of the dvc.yaml, relative to the root of the repository; empty for the root. */
  readonly folder: string;
  readonly load: LoadFile;
  readonly parsing: ParsingOptions;
  readonly warn: (message: string) => void;
}

export interface ResolvedStage {
  readonly name: string;
  /** The name before `@`; undefined where `foreach` or `matrix` did not make the stage. */
  readonly group: string | undefined;
  readonly definition: Mapping;
  /** The definition in the file is not the resolved one: it cannot be rewritten. */
  readonly isParametrized: boolean;
  readonly trackedVars: TrackedVars;
}

export interface ResolvedPipeline {
  readonly stages: readonly ResolvedStage[];
  readonly metrics: readonly Value[];
  readonly params: readonly Value[];
  readonly plots: readonly Value[];
  readonly artifacts: Mapping;
}

/** @param pipeline has passed the schema of dvc.yaml @param text what it was read from, to say where in it a fault is */
export function resolvePipeline(pipeline: Mapping, text: string, options: TemplatingOptions): ResolvedPipeline {
  return new Resolver(pipeline, text, options).pipeline();
}

class Resolver {
  private readonly file: string;
  private readonly context: Context;
  private readonly pipelineData: Mapping;
  private readonly text: string;
  private readonly options: TemplatingOptions;

  constructor(pipeline: Mapping, text: string, options: TemplatingOptions) {
    this.pipelineData = pipeline;
    this.text = text;
    this.options = options;
    this.file = posix.join(options.folder, 'dvc.yaml');
    this.context = new Context(options.load);
    const vars = listOf(pipeline.get('vars'));
    this.refuseExpressions(vars, 'vars', ['vars']);
    this.naming("'vars'", ['vars'], () => {
      this.context.loadDefault('params.yaml', options.folder);
      this.context.loadVars(vars, options.folder, undefined);
    });
  }

  pipeline(): ResolvedPipeline {
    const stages = mappingOf(this.pipelineData.get('stages'));
    return {
      stages: [...stages].flatMap(([name, definition]) => this.definition(String(name), mappingOf(definition))),
      metrics: this.top('metrics'),
      params: this.top('params'),
      plots: this.top('plots'),
      artifacts: this.artifacts(),
    };
  }

  private definition(name: string, definition: Mapping): ResolvedStage[] {
    if (definition.has('matrix')) return this.matrix(name, definition);
    if (definition.has('foreach')) return this.foreach(name, definition);
    if (name.includes('@')) {
      const text = `stage '${name}' in ${this.place(['stages', name])}: '@' is kept for the members of foreach and matrix: choose another name`;
      throw new MillwrightError('DVC_FILE_INVALID', text);
    }
    return [this.naming(`stage '${name}'`, ['stages', name], () => this.stage(name, definition, undefined, ['stages', name]))];
  }

  /** @param at where the definition stands in the file */
  private stage(name: string, definition: Mapping, group: string | undefined, at: readonly Key[]): ResolvedStage {
    if (group === undefined) this.checkStageSyntax(name, definition, at);
    let { context } = this;
    const folder = this.stageFolder(name, definition.get('wdir') ?? null, [...at, 'wdir']);
    const vars = listOf(definition.get('vars'));
    this.refuseExpressions(vars, `stages.${name}.vars`, [...at, 'vars']);
    if (vars.length > 0) {
      context = context.clone();
      this.naming(`'stages.${name}.vars'`, [...at, 'vars'], () => context.loadVars(vars, folder, name), ['loaded']);
    }
    const resolved: Mapping = new Map();
    const trackedVars: TrackedVars = new Map();
    context.tracking(trackedVars, () => {
      for (const [key, value] of definition) {
        if (key === 'vars') continue;
        resolved.set(
          key,
          this.naming(`'stages.${name}.${String(key)}'`, [...at, key], () => this.resolve(value, String(key), context), [
            'syntax',
            'unknown',
          ]),
        );
      }
    });
    const isParametrized = group !== undefined || vars.length > 0 || !sameStrings(definition, resolved);
    return { name, group, definition: resolved, isParametrized, trackedVars };
  }

  private resolve(value: Value, key: string | undefined, context: Context): Value {
    return mapStrings(value, (text) => resolveText(text, context, { key, parsing: this.options.parsing }));
  }

  private checkStageSyntax(name: string, definition: Mapping, at: readonly Key[]): void {
    for (const [key, value] of definition) this.naming(`'stages.${name}.${String(key)}'`, [...at, key], () => checkSyntax(value));
  }

  /** Where the paths of a stage's own vars begin. */
  private stageFolder(name: string, wdir: Value, at: readonly Key[]): string {
    if (typeof wdir !== 'string' || wdir === '') return this.options.folder;
    const { parsing } = this.options;
    const resolved = this.naming(`'stages.${name}.wdir'`, at, () => resolveText(wdir, this.context, { key: undefined, parsing }));
    return posix.join(this.options.folder, templateText(resolved, parsing));
  }

  private foreach(name: string, definition: Mapping): ResolvedStage[] {
    const template = mappingOf(definition.get('do'));
    const data = this.naming(`'stages.${name}.foreach'`, ['stages', name, 'foreach'], () =>
      this.iterable(definition.get('foreach') ?? null),
    );
    if (data.kind === 'scalar') {
      throw new MillwrightError(
        'DVC_FILE_INVALID',
        `failed to resolve 'stages.${name}.foreach' in ${this.place(['stages', name, 'foreach'])}: expected list/dictionary, got ${typeName(data.value)}: write one, or name one with \${}`,
      );
    }
    this.warnOfShadowing(name, data.kind === 'map' ? ['item', 'key'] : ['item']);
    const items = data.kind === 'map' ? [...data.entries] : this.listMembers(data);
    const at = ['stages', name, 'do'];
    this.checkStageSyntax(name, template, at);
    return [...new Map(items)].map(([key, item]) => {
      const scope = data.kind === 'map' ? { item, key: nodeOf(key) } : { item };
      return this.generated(name, key, template, scope, at);
    });
  }

  /** Members of a simple list are named by themselves, of a list with collections by their position. */
  private listMembers(list: ListNode): [string, Node][] {
    const composite = list.items.some(({ kind }) => kind !== 'scalar');
    return list.items.map((item, index) => [composite ? String(index) : this.memberName(item), item]);
  }

  /** A truth value that an expression brings is written as Python writes it, as with DVC; one written in the list as in YAML. */
  private memberName(node: Node): string {
    if (node.kind !== 'scalar') return '';
    if (typeof node.value === 'boolean' && node.origin.source !== undefined) return node.value ? 'True' : 'False';
    return templateText(node.value, this.options.parsing);
  }

  private generated(
    group: string,
    key: string,
    template: Mapping,
    scope: Readonly<Record<string, Node>>,
    at: readonly Key[],
  ): ResolvedStage {
    const name = `${group}@${key}`;
    return this.context.withReserved(scope, () => this.naming(`stage '${name}'`, at, () => this.stage(name, template, group, at)));
  }

  private matrix(name: string, definition: Mapping): ResolvedStage[] {
    const template = new Map([...definition].filter(([key]) => key !== 'matrix'));
    if (mappingOf(definition.get('matrix')).size === 0) {
      const where = `'stages.${name}.matrix' in ${this.place(['stages', name, 'matrix'])}`;
      throw new MillwrightError('DVC_FILE_INVALID', `failed to resolve ${where}: it names no variable: write one, such as 'model: [a, b]'`);
    }
    const axes = this.naming(`'stages.${name}.matrix'`, ['stages', name, 'matrix'], () =>
      [...mappingOf(definition.get('matrix'))].map(([variable, value]) => this.axis(name, String(variable), value)),
    );
    this.warnOfShadowing(name, ['key', 'item']);
    this.checkStageSyntax(name, template, ['stages', name]);
    const members = new Map(product(axes).map((member) => [member.map(({ label }) => label).join('-'), member]));
    return [...members].map(([key, member]) => {
      const entries = new Map(member.map(({ variable, node }) => [variable, node]));
      const item: MapNode = { kind: 'map', origin: nodeOf(null).origin, entries };
      return this.generated(name, key, template, { key: nodeOf(key), item }, ['stages', name]);
    });
  }

  private axis(stage: string, variable: string, value: Value): AxisValue[] {
    const data = this.iterable(value);
    if (data.kind !== 'list') {
      const got = data.kind === 'scalar' ? typeName(data.value) : 'dict';
      const where = `'stages.${stage}.matrix.${variable}' in ${this.place(['stages', stage, 'matrix', variable])}`;
      throw new MillwrightError(
        'DVC_FILE_INVALID',
        `failed to resolve ${where}: expected list, got ${got}: write one, or name one with \${}`,
      );
    }
    return data.items.map((node, index) => ({
      variable,
      node,
      label: node.kind === 'scalar' ? this.memberName(node) : `${variable}${index}`,
    }));
  }

  /** A value in which whole expressions stay nodes that know their file. */
  private iterable(value: Value): Node {
    if (typeof value === 'string') {
      checkSyntax(value);
      const [match] = expressionsIn(value);
      if (match !== undefined && match[0] === value) return this.context.select(match[1] ?? '');
    }
    if (Array.isArray(value)) return { ...(nodeOf([]) as ListNode), items: value.map((item) => this.iterable(item)) };
    if (isMapping(value)) {
      const entries = [...value].map(([key, item]): [string, Node] => [this.memberName(this.iterable(key)), this.iterable(item)]);
      return { ...(nodeOf(new Map()) as MapNode), entries: new Map(entries) };
    }
    return nodeOf(this.resolve(value, undefined, this.context));
  }

  private warnOfShadowing(stage: string, names: readonly string[]): void {
    const shadowed = names.filter((name) => this.context.has(name));
    if (shadowed.length === 0) return;
    const verb = shadowed.length === 1 ? 'is' : 'are';
    this.options.warn(`${shadowed.join(' and ')} ${verb} already specified, will be overwritten for stages generated from '${stage}'`);
  }

  private top(section: 'metrics' | 'params' | 'plots'): Value[] {
    return listOf(this.pipelineData.get(section)).map((value, index) =>
      this.naming(`'${section}.${index}'`, [section, index], () => {
        checkSyntax(value);
        return this.resolve(value, undefined, this.context);
      }),
    );
  }

  private artifacts(): Mapping {
    const artifacts: Mapping = new Map();
    for (const [name, body] of mappingOf(this.pipelineData.get('artifacts'))) {
      this.naming(`'artifacts.${String(name)}'`, ['artifacts', name], () => {
        checkSyntax(name);
        checkSyntax(body);
        const resolved = this.resolve(name, undefined, this.context);
        artifacts.set(isScalar(resolved) ? resolved : String(name), this.resolve(body, undefined, this.context));
      });
    }
    return artifacts;
  }

  private refuseExpressions(value: Value, where: string, at: readonly Key[]): void {
    mapStrings(value, (text) => {
      if (expressionsIn(text).length > 0) {
        throw new MillwrightError(
          'DVC_FILE_INVALID',
          `failed to parse '${where}' in ${this.place(at, '${')}: interpolating is not allowed: write the value itself`,
        );
      }
      return text;
    });
  }

  /** Turns a fault in `body` into DVC's message for `what`; faults of other kinds than `faults` go on to the caller. */
  private naming<T>(what: string, at: readonly Key[], body: () => T, faults?: readonly TemplateError['fault'][]): T {
    try {
      return body();
    } catch (error) {
      if (!(error instanceof TemplateError) || faults?.includes(error.fault) === false) throw error;
      const ownLine = error.fault === 'syntax' || error.fault === 'merge' || error.fault === 'loaded';
      const place = this.place(at, error.expression);
      throw new MillwrightError('DVC_FILE_INVALID', `failed to parse ${what} in ${place}:${ownLine ? '\n' : ' '}${error.message}`, {
        cause: error,
      });
    }
  }

  /** File, line and column of a key, or of the first `sample` at or below it. */
  private place(at: readonly Key[], sample?: string): string {
    const { line, column } = locateYaml(this.text, at, sample);
    return `'${this.file}', line ${line}, column ${column}`;
  }
}

interface AxisValue {
  readonly variable: string;
  readonly node: Node;
  readonly label: string;
}

function product(axes: readonly AxisValue[][]): AxisValue[][] {
  return axes.reduce<AxisValue[][]>((rows, axis) => rows.flatMap((row) => axis.map((value) => [...row, value])), [[]]);
}

function listOf(value: Value | undefined): Value[] {
  return Array.isArray(value) ? value : [];
}

function mappingOf(value: Value | undefined): Mapping {
  return isMapping(value) ? value : new Map();
}

function sameStrings(a: Value, b: Value): boolean {
  if (isMapping(a))
    return isMapping(b) && a.size === b.size && [...a].every(([key, item]) => b.has(key) && sameStrings(item, b.get(key) ?? null));
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, index) => sameStrings(item, b[index] ?? null));
  return a === b || (typeof a === 'object' && typeof b === 'object');
}
