/** What differs between two pipeline runs of one project, stage by stage: decided from their records alone. */
import type { Run } from '../../tracking/index.ts';
import type { DataRow, PipelineRunDetail, PipelineRunRow, StageRunRow } from './queries.ts';

/** One thing as each of the two runs has it; null where a run has none. */
interface Sides<T> {
  readonly from: T | null;
  readonly to: T | null;
}

/** A value is absent where its run has no such param. */
export interface ParamChange {
  readonly file: string;
  readonly key: string;
  readonly from?: unknown;
  readonly to?: unknown;
}

export interface DataChange extends Sides<DataRow> {
  readonly path: string;
}

export interface Changes<T> {
  readonly changes: readonly T[];
  /** How many are the same in both. */
  readonly unchanged: number;
}

/** An input of a stage that is not the same: why the later run could not reuse the earlier one's outputs. */
export interface Reason {
  readonly kind: 'command' | 'param' | 'input';
  readonly name: string;
}

export type ChangeKind = 'added' | 'deleted' | 'modified' | 'unchanged';

/** Null where one of the two runs recorded nothing to compare, because its stage has not come to an end of its own. */
export interface StageComparison extends Sides<StageRunRow> {
  readonly stage: string;
  readonly kind: ChangeKind;
  readonly reasons: readonly Reason[] | null;
  readonly params: Changes<ParamChange> | null;
  readonly inputs: Changes<DataChange> | null;
  readonly outputs: Changes<DataChange> | null;
  readonly runs: readonly RunComparison[];
}

export interface MetricChange extends Sides<number> {
  readonly name: string;
  /** `to` less `from`; null where either is missing or not finite. */
  readonly difference: number | null;
}

export interface NamedChange extends Sides<string> {
  readonly name: string;
}

/** Two MLflow runs that the same stage logged; of its metrics all, of its params those that differ. */
export interface RunComparison extends Sides<Run> {
  readonly metrics: readonly MetricChange[];
  readonly params: Changes<NamedChange>;
}

export interface PipelineRunComparison {
  readonly from: PipelineRunRow;
  readonly to: PipelineRunRow;
  /** Both trees were clean, or had the very same changes that were not committed. */
  readonly samePatch: boolean;
  readonly stages: readonly StageComparison[];
  /** MLflow runs beyond the number that is compared. */
  readonly runsLeftOut: number;
}

/** The stages of `to` in its order, then those that only `from` has. `runsOf` gives the MLflow runs that count for a stage run. */
export function compareStages(
  from: PipelineRunDetail,
  to: PipelineRunDetail,
  runsOf: (stage: StageRunRow) => readonly Run[],
): StageComparison[] {
  const earlier = new Map(from.stages.map((stage) => [stage.stage, stage]));
  const later = new Set(to.stages.map(({ stage }) => stage));
  const pairs = [
    ...to.stages.map((stage) => ({ from: earlier.get(stage.stage) ?? null, to: stage })),
    ...from.stages.filter(({ stage }) => !later.has(stage)).map((stage) => ({ from: stage, to: null })),
  ];
  return pairs.map((pair) => compareStage(pair, runsOf));
}

/** Whether a stage run ended by itself, so that what it read is on record. */
const haveInputs = new Set(['succeeded', 'cached', 'restored', 'failed']);
/** Whether what it wrote is on record too. */
const haveOutputs = new Set(['succeeded', 'cached', 'restored']);

function compareStage(pair: Sides<StageRunRow>, runsOf: (stage: StageRunRow) => readonly Run[]): StageComparison {
  const { from, to } = pair;
  const stage = (to ?? from)!.stage;
  const runs = compareRuns(from === null ? [] : runsOf(from), to === null ? [] : runsOf(to));
  if (from === null || to === null) {
    const nothing = { reasons: null, params: null, inputs: null, outputs: null };
    return { stage, ...pair, kind: from === null ? 'added' : 'deleted', ...nothing, runs };
  }
  const bothRead = haveInputs.has(from.state) && haveInputs.has(to.state);
  const params = bothRead ? compareParams(from.params, to.params) : null;
  const inputs = bothRead ? compareData(from.deps, to.deps) : null;
  const outputs = haveOutputs.has(from.state) && haveOutputs.has(to.state) ? compareData(from.outs, to.outs) : null;
  const reasons = params === null || inputs === null ? null : reasonsOf(from, to, params, inputs);
  const isSame =
    outcomeOf(from) === outcomeOf(to) && from.command === to.command && (reasons?.length ?? 0) + (outputs?.changes.length ?? 0) === 0;
  return { stage, ...pair, kind: isSame ? 'unchanged' : 'modified', reasons, params, inputs, outputs, runs };
}

/** Whether its outputs were made, found or restored makes no difference to what they are. */
function outcomeOf({ state }: StageRunRow): string {
  return haveOutputs.has(state) ? 'done' : state;
}

function reasonsOf(from: StageRunRow, to: StageRunRow, params: Changes<ParamChange>, inputs: Changes<DataChange>): Reason[] {
  return [
    ...(from.command === to.command ? [] : [{ kind: 'command', name: to.command } as const]),
    ...params.changes.map(({ file, key }) => ({ kind: 'param', name: file === 'params.yaml' ? key : `${file}:${key}` }) as const),
    ...inputs.changes.map(({ path }) => ({ kind: 'input', name: path }) as const),
  ];
}

type Params = StageRunRow['params'];

function compareParams(from: Params, to: Params): Changes<ParamChange> {
  const files = [...new Set([...Object.keys(from), ...Object.keys(to)])].toSorted();
  const compared = files.map((file) => ({ file, ...changesOf(leavesOf(from[file]), leavesOf(to[file]), sameValue) }));
  return {
    changes: compared.flatMap(({ file, changes }) => changes.map(({ name, sides }) => ({ file, key: name, ...sides }))),
    unchanged: compared.reduce((sum, { unchanged }) => sum + unchanged, 0),
  };
}

/** `{ train: { depth: 4 } }` as `train.depth`; lists are whole values. */
function leavesOf(values: Readonly<Record<string, unknown>> | undefined, above = ''): Map<string, unknown> {
  const leaves = new Map<string, unknown>();
  for (const [key, value] of Object.entries(values ?? {})) {
    if (isTable(value)) for (const [below, leaf] of leavesOf(value, `${above}${key}.`)) leaves.set(below, leaf);
    else leaves.set(`${above}${key}`, value);
  }
  return leaves;
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
}

function sameValue(from: unknown, to: unknown): boolean {
  return JSON.stringify(from) === JSON.stringify(to);
}

function compareData(from: readonly DataRow[], to: readonly DataRow[]): Changes<DataChange> {
  const byPath = (rows: readonly DataRow[]) => new Map(rows.map((row) => [row.path, row]));
  const sameContent = (old: DataRow, current: DataRow) => old.algorithm === current.algorithm && old.hash === current.hash;
  const { changes, unchanged } = changesOf(byPath(from), byPath(to), sameContent);
  return { changes: changes.map(({ name, sides }) => ({ path: name, from: sides.from ?? null, to: sides.to ?? null })), unchanged };
}

/** By name; a side is absent where it has nothing of that name. */
function changesOf<T>(from: ReadonlyMap<string, T>, to: ReadonlyMap<string, T>, isSame: (from: T, to: T) => boolean) {
  const names = [...new Set([...from.keys(), ...to.keys()])].toSorted();
  const changes = names.flatMap((name) => {
    const sides = { ...(from.has(name) ? { from: from.get(name)! } : {}), ...(to.has(name) ? { to: to.get(name)! } : {}) };
    return from.has(name) && to.has(name) && isSame(from.get(name)!, to.get(name)!) ? [] : [{ name, sides }];
  });
  return { changes, unchanged: names.length - changes.length };
}

/** Runs of one name belong together; what is left pairs in the order in which it began: clients make names up. */
function compareRuns(from: readonly Run[], to: readonly Run[]): RunComparison[] {
  const open = [...to];
  const takeNamed = (name: string): Run | null => {
    const index = open.findIndex((run) => run.info.name === name);
    return index < 0 ? null : open.splice(index, 1)[0]!;
  };
  const pairs = from.map((run) => ({ from: run, to: takeNamed(run.info.name) }));
  const filled = pairs.map((pair) => ({ from: pair.from, to: pair.to ?? open.shift() ?? null }));
  return [...filled, ...open.map((run) => ({ from: null, to: run }))].map(compareTracked);
}

function compareTracked({ from, to }: Sides<Run>): RunComparison {
  const { changes, unchanged } = changesOf(paramsOf(from), paramsOf(to), (old, current) => old === current);
  return {
    from,
    to,
    metrics: compareMetrics(metricsOf(from), metricsOf(to)),
    params: { changes: changes.map(({ name, sides }) => ({ name, from: sides.from ?? null, to: sides.to ?? null })), unchanged },
  };
}

function paramsOf(run: Run | null): Map<string, string> {
  return new Map(run?.params.map(({ name, value }) => [name, value]));
}

/** What a machine did while it trained is no result. */
function metricsOf(run: Run | null): Map<string, number> {
  return new Map(run?.metrics.filter(({ name }) => !name.startsWith('system/')).map(({ name, value }) => [name, value]));
}

function compareMetrics(from: ReadonlyMap<string, number>, to: ReadonlyMap<string, number>): MetricChange[] {
  const names = [...new Set([...from.keys(), ...to.keys()])].toSorted();
  return names.map((name) => {
    const [old, current] = [from.get(name) ?? null, to.get(name) ?? null];
    const isFinite = old !== null && current !== null && Number.isFinite(old) && Number.isFinite(current);
    return { name, from: old, to: current, difference: isFinite ? current - old : null };
  });
}
