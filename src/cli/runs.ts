import type { Command } from 'commander';
import type { PipelineRun, StageRun } from '../api/pipeline-runs.ts';
import type { Io } from './command.ts';
import { compareRuns } from './compare-runs.ts';
import { age, duration } from './format.ts';
import { pipelineRunId } from './pipeline-run-id.ts';
import { positiveInteger } from './positive-integer.ts';
import { remoteApi } from './remote.ts';
import { printTable } from './table.ts';

interface ListOptions {
  readonly project?: string;
  readonly limit: number;
  readonly json?: boolean;
}

export function configure(command: Command, io: Io): void {
  command
    .command('list')
    .description('pipeline runs, newest first')
    .option('--project <name>', 'only those of one project')
    .option('--limit <number>', 'how many, at most 1000', positiveInteger, 20)
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  $ millwright runs list --project energy-forecast')
    .action((options: ListOptions) => list(options, io));
  command
    .command('show <run>')
    .description('one pipeline run and its stages, by its id or its name')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  $ millwright runs show "energy-forecast #12"')
    .action((id: string, options: { json?: boolean }) => show(id, options, io));
  command
    .command('log <run> <stage>')
    .description('what a stage printed; follows one that still runs')
    .addHelpText('after', '\nExample:\n  $ millwright runs log "energy-forecast #12" train_forest@victoria')
    .action((id: string, stage: string) => log(id, stage, io));
  command
    .command('compare <from> <to>')
    .description('what differs between two pipeline runs of a project: stages, params, data, metrics')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  $ millwright runs compare "energy-forecast #11" "energy-forecast #12"')
    .action((from: string, to: string, options: { json?: boolean }) => compareRuns(from, to, options, io));
  command.addHelpText('after', '\nExample:\n  $ millwright runs list');
}

async function list(options: ListOptions, io: Io): Promise<void> {
  const { api } = await remoteApi(io);
  const query = { limit: options.limit, ...(options.project === undefined ? {} : { project: options.project }) };
  const { items } = await api.pipelineRuns(query);
  if (options.json === true) return io.stdout(`${JSON.stringify(items)}\n`);
  const now = Date.now();
  printTable(
    io,
    ['ID', 'RUN', 'STATE', 'STARTED', 'TOOK', 'CAUSE'],
    items.map((run) => [run.id, run.name, run.state, age(now - run.startedAt), took(run, now), run.cause]),
  );
}

function took(run: PipelineRun, now: number): string {
  return duration((run.endedAt ?? now) - run.startedAt);
}

async function show(id: string, options: { readonly json?: boolean }, io: Io): Promise<void> {
  const { api } = await remoteApi(io);
  const detail = await api.pipelineRun(await pipelineRunId(api, id));
  if (options.json === true) return io.stdout(`${JSON.stringify(detail)}\n`);
  const { run, stages } = detail;
  io.stdout(`${run.name}: ${run.state}, ${took(run, Date.now())}, started by ${run.actor} (${run.cause})\n`);
  if (run.commit !== null) io.stdout(`commit ${run.commit}${run.dirty ? ', and a patch of what was not committed' : ''}\n`);
  if (run.message !== null) io.stdout(`${run.message}\n`);
  printTable(io, ['STAGE', 'STATE', 'TOOK', 'CPU', 'MEMORY', 'RUNS'], stages.map(stageRow));
  for (const stage of stages.filter(({ state }) => state === 'failed')) {
    const why = stage.message ?? (stage.exitCode === null ? 'no reason was recorded' : `its command exited with ${stage.exitCode}`);
    io.stdout(`${stage.stage} failed: ${why}\nwhat it printed: millwright runs log ${run.id} ${stage.stage}\n`);
  }
}

function stageRow(stage: StageRun): string[] {
  const elapsed = stage.startedAt === null || stage.endedAt === null ? '' : duration(stage.endedAt - stage.startedAt);
  return [
    stage.stage,
    stage.state,
    elapsed,
    stage.cpuSeconds === null ? '' : `${stage.cpuSeconds.toFixed(1)} s`,
    stage.peakMemoryBytes === null ? '' : `${Math.round(stage.peakMemoryBytes / 1024 / 1024)} MiB`,
    stage.runIds.map((run) => run.slice(0, 8)).join(' '),
  ];
}

async function log(run: string, stage: string, io: Io): Promise<void> {
  const { api } = await remoteApi(io);
  const id = await pipelineRunId(api, run);
  for (let after = 0, complete = false; !complete;) {
    const chunk = await api.stageLog(id, stage, after);
    io.stdout(chunk.text);
    complete = chunk.complete;
    if (!complete && chunk.nextOffset === after) await pause(500, io.signal);
    after = chunk.nextOffset;
    io.signal.throwIfAborted();
  }
}

/** Waits for the next part of a log that is still written. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}
