import type { PredictionLineage } from '../api/lineage.ts';
import type { Io } from './command.ts';
import { harmless, harmlessLines } from './harmless.ts';

type Fact = readonly [string, string];

/** Rows of a request that are printed; JSON has more. */
const printedRows = 10;

/** Where a prediction came from, part by part, and at the end what cannot be told. */
export function printPredictionLineage(told: PredictionLineage, io: Pick<Io, 'stdout'>): void {
  const parts: readonly (readonly [string, readonly Fact[]])[] = [
    [`prediction ${told.requestId}`, factsOfRecord(told)],
    ['deployment', factsOfDeployment(told.deployment)],
    ['model version', factsOfVersion(told.version)],
    ['decision', factsOfDecision(told.decision)],
    ['run', factsOfRun(told.run)],
    ...told.stages.map((stage) => [`stage run ${stage.stage} of ${stage.pipelineRun.name}`, factsOfStage(stage)] as const),
    ['environment', told.environment.map(({ path, text }) => [path, text.trim().replaceAll('\n', '; ')] as const)],
    ['data', told.data.map(({ id, label, origin }) => [origin, `${label} (${id})`] as const)],
    ['commit', told.commits.map(factOfCommit)],
    ['not known', told.missing.map(({ part, why }) => [part, why] as const)],
  ];
  for (const [title, facts] of parts) {
    if (facts.length === 0) continue;
    const width = Math.max(...facts.map(([name]) => name.length));
    io.stdout(`${harmless(title)}\n${facts.map(([name, value]) => `  ${name.padEnd(width)}  ${harmless(value)}`.trimEnd()).join('\n')}\n`);
  }
  if (told.patch === null) return;
  io.stdout(`patch: what the tree had beside its commit\n${harmlessLines(told.patch.replace(/\n$/, ''))}\n`);
}

const iso = (at: number): string => new Date(at).toISOString();

function factsOfRecord({ record, others }: PredictionLineage): Fact[] {
  const rows = record.shown.slice(0, printedRows);
  const suffix = (row: number): string => (record.rows === 1 ? '' : ` of row ${row}`);
  return [
    ['at', iso(record.at)],
    ['endpoint', record.endpoint],
    ['status', `${record.status}${record.errorCode === null ? '' : ` ${record.errorCode}: ${record.errorMessage ?? ''}`}`],
    ['latency', `${record.latencyMs.toFixed(1)} ms`],
    ...rows.flatMap(({ row, features, prediction }): Fact[] => [
      [`features${suffix(row)}`, JSON.stringify(features)],
      [`prediction${suffix(row)}`, JSON.stringify(prediction)],
    ]),
    ...(record.rows > rows.length ? [['more rows', `${record.rows - rows.length}: ask with --json`] as const] : []),
    ...others.map(({ endpoint, at }) => ['also answered', `by ${endpoint} at ${iso(at)}: ask with --endpoint ${endpoint}`] as const),
  ];
}

function factsOfDeployment(deployment: PredictionLineage['deployment']): Fact[] {
  if (deployment === null) return [];
  const { liveAt, endedAt, reason, actor, flavor } = deployment;
  return [
    ['live', `from ${iso(liveAt)} ${endedAt === null ? 'on' : `to ${iso(endedAt)}`}`],
    ['because', `${reason}, by ${actor}`],
    ...(flavor === null ? [] : [['served as', flavor] as const]),
  ];
}

function factsOfVersion(version: PredictionLineage['version']): Fact[] {
  if (version === null) return [];
  return [
    ['name', `models:/${version.model}/${version.version}`],
    ['registered', iso(version.createdAt)],
    ['source', version.source],
    ...(version.digest === null ? [] : [['digest', version.digest] as const]),
  ];
}

function factsOfDecision(decision: PredictionLineage['decision']): Fact[] {
  if (decision === null) return [];
  const { target, basis, actor, at, message, clauses, evidence } = decision;
  return [
    ['moved', `${target.kind} ${target.name} to it at ${iso(at)}, by ${actor}`],
    ['basis', message === '' ? basis : `${basis}: ${message}`],
    ...clauses.map(({ clause, passed, values }) => [passed ? 'passed' : 'failed', `${clause}  ${JSON.stringify(values)}`] as const),
    ...(evidence === null
      ? []
      : [['evidence', `${evidence.file} of stage run ${evidence.stageRunId}, sha256 ${evidence.sha256}`] as const]),
  ];
}

function factsOfRun(run: PredictionLineage['run']): Fact[] {
  if (run === null) return [];
  return [
    ['name', `${run.name} (runs:/${run.id})`],
    [
      'status',
      `${run.status}${run.user === '' ? '' : `, by ${run.user}`}, ${iso(run.startedAt)}${run.deletedAt === null ? '' : `, deleted ${iso(run.deletedAt)}`}`,
    ],
    ...run.params.map(({ name, value }) => ['param', `${name} = ${value}`] as const),
    ...run.metrics.map(({ name, value }) => ['metric', `${name} = ${value}`] as const),
  ];
}

function factsOfStage(stage: PredictionLineage['stages'][number]): Fact[] {
  const { commit, branch, dirty } = stage.pipelineRun;
  return [
    ['command', stage.command],
    ['state', `${stage.state}${stage.endedAt === null ? '' : `, ended ${iso(stage.endedAt)}`}`],
    ...(commit === null ? [] : [factOfCommit({ hash: commit, branch, dirty })]),
    ...Object.entries(stage.params).flatMap(([file, values]) =>
      Object.entries(values).map(([name, value]) => ['param', `${file}: ${name} = ${JSON.stringify(value)}`] as const),
    ),
  ];
}

function factOfCommit({ hash, branch, dirty }: PredictionLineage['commits'][number]): Fact {
  return ['commit', `${hash}${branch === null ? '' : ` on ${branch}`}${dirty ? ', with changes that were not committed' : ''}`];
}
