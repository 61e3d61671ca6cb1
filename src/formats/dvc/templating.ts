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
import { isMapping, isScalar, typeName, type Mapping, type Value } from './value.ts';

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

/** `pipeline` has passed the schema of dvc.yaml. */
export function resolvePipeline(pipeline: Mapping, options: TemplatingOptions): ResolvedPipeline {
  return new Resolver(pipeline, options).pipeline();
}

class Resolver {
  private readonly file: string;
  private readonly context: Context;
  private readonly pipelineData: Mapping;
  private readonly options: TemplatingOptions;

  constructor(pipeline: Mapping, options: TemplatingOptions) {
    this.pipelineData = pipeline;
    this.options = options;
    this.file = posix.join(options.folder, 'dvc.yaml');
    this.context = new Context(options.load);
    const vars = listOf(pipeline.get('vars'));
    this.refuseExpressions(vars, 'vars');
    this.naming("'vars'", () => {
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
      const text = `stage '${name}' in '${this.file}': '@' is kept for the members of foreach and matrix: choose another name`;
      throw new MillwrightError('DVC_FILE_INVALID', text);
    }
    return [this.naming(`stage '${name}'`, () => this.stage(name, definition, undefined))];
  }

  private stage(name: string, definition: Mapping, group: string | undefined): ResolvedStage {
    if (group === undefined) this.checkStageSyntax(name, definition);
    let { context } = this;
    const folder = this.stageFolder(name, definition.get('wdir') ?? null);
    const vars = listOf(definition.get('vars'));
    this.refuseExpressions(vars, `stages.${name}.vars`);
    if (vars.length > 0) {
      context = context.clone();
      this.naming(`'stages.${name}.vars'`, () => context.loadVars(vars, folder, name), ['loaded']);
    }
    const resolved: Mapping = new Map();
    const trackedVars: TrackedVars = new Map();
    context.tracking(trackedVars, () => {
      for (const [key, value] of definition) {
        if (key === 'vars') continue;
        resolved.set(
          key,
          this.naming(`'stages.${name}.${String(key)}'`, () => this.resolve(value, String(key), context), ['syntax', 'unknown']),
        );
      }
    });
    const isParametrized = group !== undefined || vars.length > 0 || !sameStrings(definition, resolved);
    return { name, group, definition: resolved, isParametrized, trackedVars };
  }

  private resolve(value: Value, key: string | undefined, context: Context): Value {
    return mapStrings(value, (text) => resolveText(text, context, { key, parsing: this.options.parsing }));
  }

  private checkStageSyntax(name: string, definition: Mapping): void {
    for (const [key, value] of definition) this.naming(`'stages.${name}.${String(key)}'`, () => checkSyntax(value));
  }

  /** Where the paths of a stage's own vars begin. */
  private stageFolder(name: string, wdir: Value): string {
    if (typeof wdir !== 'string' || wdir === '') return this.options.folder;
    const { parsing } = this.options;
    const resolved = this.naming(`'stages.${name}.wdir'`, () => resolveText(wdir, this.context, { key: undefined, parsing }));
    return posix.join(this.options.folder, templateText(resolved, parsing));
  }

  private foreach(name: string, definition: Mapping): ResolvedStage[] {
    const template = mappingOf(definition.get('do'));
    const data = this.naming(`'stages.${name}.foreach'`, () => this.iterable(definition.get('foreach') ?? null));
    if (data.kind === 'scalar') {
      throw new MillwrightError(
        'DVC_FILE_INVALID',
        `failed to resolve 'stages.${name}.foreach' in '${this.file}': expected list/dictionary, got ${typeName(data.value)}`,
      );
    }
    this.warnOfShadowing(name, data.kind === 'map' ? ['item', 'key'] : ['item']);
    const items = data.kind === 'map' ? [...data.entries] : this.listMembers(data);
    this.checkStageSyntax(name, template);
    return [...new Map(items)].map(([key, item]) => {
      const scope = data.kind === 'map' ? { item, key: nodeOf(key) } : { item };
      return this.generated(name, key, template, scope);
    });
  }

  /** Members of a simple list are named by themselves, of a list with collections by their position. */
  private listMembers(list: ListNode): [string, Node][] {
    const composite = list.items.some(({ kind }) => kind !== 'scalar');
    return list.items.map((item, index) => [composite ? String(index) : this.memberName(item), item]);
  }

  private memberName(node: Node): string {
    return node.kind === 'scalar' ? templateText(node.value, this.options.parsing) : '';
  }

  private generated(group: string, key: string, template: Mapping, scope: Readonly<Record<string, Node>>): ResolvedStage {
    const name = `${group}@${key}`;
    return this.context.withReserved(scope, () => this.naming(`stage '${name}'`, () => this.stage(name, template, group)));
  }

  private matrix(name: string, definition: Mapping): ResolvedStage[] {
    const template = new Map([...definition].filter(([key]) => key !== 'matrix'));
    if (mappingOf(definition.get('matrix')).size === 0) {
      const where = `'stages.${name}.matrix' in '${this.file}'`;
      throw new MillwrightError('DVC_FILE_INVALID', `failed to resolve ${where}: it names no variable: write one, such as 'model: [a, b]'`);
    }
    const axes = this.naming(`'stages.${name}.matrix'`, () =>
      [...mappingOf(definition.get('matrix'))].map(([variable, value]) => this.axis(name, String(variable), value)),
    );
    this.warnOfShadowing(name, ['key', 'item']);
    this.checkStageSyntax(name, template);
    const members = new Map(product(axes).map((member) => [member.map(({ label }) => label).join('-'), member]));
    return [...members].map(([key, member]) => {
      const entries = new Map(member.map(({ variable, node }) => [variable, node]));
      const item: MapNode = { kind: 'map', origin: nodeOf(null).origin, entries };
      return this.generated(name, key, template, { key: nodeOf(key), item });
    });
  }

  private axis(stage: string, variable: string, value: Value): AxisValue[] {
    const data = this.iterable(value);
    if (data.kind !== 'list') {
      const got = data.kind === 'scalar' ? typeName(data.value) : 'dict';
      const where = `'stages.${stage}.matrix.${variable}' in '${this.file}'`;
      throw new MillwrightError('DVC_FILE_INVALID', `failed to resolve ${where}: expected list, got ${got}`);
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
      this.naming(`'${section}.${index}'`, () => {
        checkSyntax(value);
        return this.resolve(value, undefined, this.context);
      }),
    );
  }

  private artifacts(): Mapping {
    const artifacts: Mapping = new Map();
    for (const [name, body] of mappingOf(this.pipelineData.get('artifacts'))) {
      this.naming(`'artifacts.${String(name)}'`, () => {
        checkSyntax(name);
        checkSyntax(body);
        const resolved = this.resolve(name, undefined, this.context);
        artifacts.set(isScalar(resolved) ? resolved : String(name), this.resolve(body, undefined, this.context));
      });
    }
    return artifacts;
  }

  private refuseExpressions(value: Value, where: string): void {
    mapStrings(value, (text) => {
      if (expressionsIn(text).length > 0) {
        throw new MillwrightError('DVC_FILE_INVALID', `failed to parse '${where}' in '${this.file}': interpolating is not allowed`);
      }
      return text;
    });
  }

  /** Turns a fault in `body` into DVC's message for `what`; faults of other kinds than `faults` go on to the caller. */
  private naming<T>(what: string, body: () => T, faults?: readonly TemplateError['fault'][]): T {
    try {
      return body();
    } catch (error) {
      if (!(error instanceof TemplateError) || faults?.includes(error.fault) === false) throw error;
      const ownLine = error.fault === 'syntax' || error.fault === 'merge' || error.fault === 'loaded';
      throw new MillwrightError('DVC_FILE_INVALID', `failed to parse ${what} in '${this.file}':${ownLine ? '\n' : ' '}${error.message}`, {
        cause: error,
      });
    }
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
