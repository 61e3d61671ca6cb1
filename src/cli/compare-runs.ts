import type { ComparedData, ComparedStageRun, PipelineRunComparison, StageComparison } from '../api/pipeline-run-comparison.ts';
import type { PipelineRun } from '../api/pipeline-runs.ts';
import type { Io } from './command.ts';
import { duration } from './format.ts';
import { pipelineRunId } from './pipeline-run-id.ts';
import { remoteApi } from './remote.ts';
import { printTable } from './table.ts';

export async function compareRuns(from: string, to: string, options: { readonly json?: boolean }, io: Io): Promise<void> {
  const { api } = await remoteApi(io);
  const compared = await api.comparePipelineRuns(await pipelineRunId(api, from), await pipelineRunId(api, to));
  if (options.json === true) return io.stdout(`${JSON.stringify(compared)}\n`);
  io.stdout(`${aboutRuns(compared).join('\n')}\n\n`);
  printTable(io, ['STAGE', 'CHANGE', 'STATE', 'TOOK', 'BECAUSE'], compared.stages.map(stageRow));
  const { stages } = compared;
  printSection(io, ['STAGE', 'PARAM', 'WAS', 'IS'], stages.flatMap(paramRows));
  printSection(io, ['STAGE', 'DATA', 'FILE', 'WAS', 'IS'], stages.flatMap(dataRows));
  printSection(io, ['STAGE', 'RUN', 'METRIC', 'WAS', 'IS', 'DIFFERENCE'], stages.flatMap(metricRows));
  if (compared.runsLeftOut > 0) io.stdout(`\n${compared.runsLeftOut} more tracked runs are not compared\n`);
}

function aboutRuns({ from, to, samePatch }: PipelineRunComparison): string[] {
  const told = (run: PipelineRun): string =>
    `${run.name} (${run.state}, ${run.endedAt === null ? 'still running' : duration(run.endedAt - run.startedAt)})`;
  const tree = (run: PipelineRun): string =>
    `${run.commit ?? 'no commit'}${run.branch === null ? '' : ` ${run.branch}`}${run.dirty ? ' with changes' : ''}`;
  return [
    changed(told(from), told(to)),
    `commit: ${changed(tree(from), tree(to))}`,
    ...(samePatch || !from.dirty || !to.dirty ? [] : ['the changes that were not committed differ']),
    `cause: ${changed(from.cause, to.cause)}`,
  ];
}

function changed(from: string, to: string): string {
  return from === to ? from : `${from} -> ${to}`;
}

function stageRow({ stage, kind, from, to, reasons }: StageComparison): string[] {
  const because = (reasons ?? []).map((reason) => (reason.kind === 'command' ? 'command' : `${reason.kind} ${reason.name}`));
  return [stage, kind, changed(from?.state ?? '', to?.state ?? ''), changed(took(from), took(to)), because.join(', ')];
}

function took(run: ComparedStageRun | null): string {
  return run === null || run.startedAt === null || run.endedAt === null ? '-' : duration(run.endedAt - run.startedAt);
}

function paramRows({ stage, params, from, to, kind }: StageComparison): string[][] {
  const value = (given: unknown): string => (given === undefined ? '-' : JSON.stringify(given));
  const commands =
    kind === 'modified' && from?.command !== to?.command ? [[stage, '(command)', from?.command ?? '-', to?.command ?? '-']] : [];
  return [
    ...commands,
    ...(params?.changes ?? []).map((param) => [
      stage,
      param.file === 'params.yaml' ? param.key : `${param.file}:${param.key}`,
      value(param.from),
      value(param.to),
    ]),
  ];
}

function dataRows({ stage, inputs, outputs }: StageComparison): string[][] {
  const rows = (direction: string, changes: readonly ComparedData[]): string[][] =>
    changes.map(({ path, from, to }) => [stage, direction, path, from?.hash ?? '-', to?.hash ?? '-']);
  return [...rows('input', inputs?.changes ?? []), ...rows('output', outputs?.changes ?? [])];
}

function metricRows({ stage, runs }: StageComparison): string[][] {
  return runs.flatMap(({ from, to, metrics }) =>
    metrics.map((metric) => [
      stage,
      changed(from?.name ?? '-', to?.name ?? '-'),
      metric.name,
      String(metric.from ?? '-'),
      String(metric.to ?? '-'),
      metric.difference === null ? '-' : `${metric.difference > 0 ? '+' : ''}${Number(metric.difference.toPrecision(4))}`,
    ]),
  );
}

function printSection(io: Io, header: readonly string[], rows: readonly (readonly string[])[]): void {
  if (rows.length === 0) return;
  io.stdout('\n');
  printTable(io, header, rows);
}
