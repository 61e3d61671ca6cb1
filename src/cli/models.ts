import type { Command } from 'commander';
import type { Decision, PromotionTarget } from '../api/models.ts';
import { MillwrightError } from '../errors.ts';
import type { Io } from './command.ts';
import { age } from './format.ts';
import { harmlessLines } from './harmless.ts';
import { remoteApi } from './remote.ts';
import { printTable } from './table.ts';

interface TargetOptions {
  readonly alias?: string;
  readonly stage?: string;
}

interface PromoteOptions extends TargetOptions {
  readonly version?: string;
  readonly none?: boolean;
  readonly archiveExisting?: boolean;
  readonly override?: string;
}

export function configure(command: Command, io: Io): void {
  command
    .command('list')
    .description('registered models with their aliases')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  $ millwright models list')
    .action((options: { json?: boolean }) => list(options, io));
  command
    .command('show <name>')
    .description('one model: its gate, versions and decisions')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  $ millwright models show energy-victoria')
    .action((name: string, options: { json?: boolean }) => show(name, options, io));
  command
    .command('promote <name>')
    .description('move an alias or a stage to a version, through the gate where the model has one')
    .option('--version <number>', 'the version')
    .option('--none', 'take the alias away instead')
    .option('--alias <alias>', 'what moves (default: champion)')
    .option('--stage <stage>', 'what moves: Staging, Production, Archived or None')
    .option('--archive-existing', 'archive the versions that stand in the stage')
    .option('--override <reason>', 'go past the gate, and say why: administrators only')
    .addHelpText('after', '\nExample:\n  $ millwright models promote energy-victoria --version 3 --alias champion')
    .action((name: string, options: PromoteOptions) => promote(name, options, io));
  command
    .command('rollback <name>')
    .description('put an alias or a stage back on the version before')
    .requiredOption('--reason <text>', 'why')
    .option('--alias <alias>', 'what moves (default: champion)')
    .option('--stage <stage>', 'what moves')
    .addHelpText('after', '\nExample:\n  $ millwright models rollback energy-victoria --reason "wrong holidays"')
    .action((name: string, options: TargetOptions & { reason: string }) => rollBack(name, options, io));
  command.addHelpText('after', '\nExample:\n  $ millwright models show energy-victoria');
}

async function list(options: { readonly json?: boolean }, io: Io): Promise<void> {
  const { api } = await remoteApi(io);
  const { items, nextCursor } = await api.models({});
  if (options.json === true) return io.stdout(`${JSON.stringify(items)}\n`);
  const rows = items.map((model) => [
    model.name,
    String(Math.max(0, ...model.latestVersions.map((version) => version.version))),
    model.aliases.map(({ alias, version }) => `${alias}: ${version}`).join(', '),
    model.gate === null ? '' : 'yes',
    age(Date.now() - model.updatedAt),
  ]);
  printTable(io, ['MODEL', 'NEWEST', 'ALIASES', 'GATE', 'CHANGED'], rows);
  if (nextCursor !== undefined) io.stdout('There are more: the pages show them all.\n');
}

async function show(name: string, options: { readonly json?: boolean }, io: Io): Promise<void> {
  const { api } = await remoteApi(io);
  const { model, versions } = await api.model(name);
  const { items: decisions } = await api.decisions(name, {});
  if (options.json === true) return io.stdout(`${JSON.stringify({ model, versions, decisions })}\n`);
  const now = Date.now();
  io.stdout(`${model.name}${model.description === '' ? '' : `: ${model.description}`}\n`);
  if (model.gate === null) io.stdout('no gate\n');
  else io.stdout(`gate of project ${model.gate.project} on ${model.gate.protects.join(', ')}: ${model.gate.expression}\n`);
  const rows = versions.map((version) => [
    String(version.version),
    version.stage,
    version.aliases.join(', '),
    version.digest?.slice(0, 12) ?? '',
    version.runId?.slice(0, 8) ?? '',
    version.parity === null ? '' : parityWords[version.parity.state],
    age(now - version.createdAt),
  ]);
  printTable(io, ['VERSION', 'STAGE', 'ALIASES', 'DIGEST', 'RUN', 'ONNX', 'MADE'], rows);
  for (const { version, parity } of versions)
    if (parity !== null && parity.state !== 'agrees') io.stdout(`version ${version}: ${harmlessLines(parity.message)}\n`);
  if (decisions.length === 0) return;
  printTable(
    io,
    ['DECIDED', 'NAME', 'VERSION', 'OUTCOME', 'BY', 'WHY'],
    decisions.map((decision) => decisionRow(decision, now)),
  );
}

/** What is known of the ONNX flavour of a version. */
const parityWords = { pending: 'being compared', agrees: 'agrees', differs: 'DIFFERS', unchecked: 'not compared' } as const;

function decisionRow(decision: Decision, now: number): string[] {
  return [
    age(now - decision.at),
    decision.target.name,
    decision.version === null ? '-' : String(decision.version),
    `${decision.outcome} (${decision.basis})`,
    decision.actor,
    decision.message,
  ];
}

async function promote(name: string, options: PromoteOptions, io: Io): Promise<void> {
  const target = targetOf(options);
  const version = options.none === true ? null : versionOf(options.version);
  const { api } = await remoteApi(io);
  const promoted = await api.promote(name, {
    target,
    version,
    ...(options.archiveExisting === true ? { archiveExisting: true } : {}),
    ...(options.override === undefined ? {} : { override: { reason: options.override } }),
  });
  report(name, target, promoted.version, io);
}

async function rollBack(name: string, options: TargetOptions & { reason: string }, io: Io): Promise<void> {
  const target = targetOf(options);
  const { api } = await remoteApi(io);
  const promoted = await api.rollBack(name, { target, reason: options.reason });
  report(name, target, promoted.version, io);
}

function report(name: string, target: PromotionTarget, version: number | null, io: Io): void {
  io.stdout(`${name}: ${target.kind} ${target.name} ${version === null ? 'stands on no version' : `is version ${version}`}\n`);
}

function targetOf({ alias, stage }: TargetOptions): PromotionTarget {
  if (alias !== undefined && stage !== undefined) throw new MillwrightError('USAGE', '--alias and --stage exclude each other: give one');
  return stage === undefined ? { kind: 'alias', name: alias ?? 'champion' } : { kind: 'stage', name: stage };
}

function versionOf(text: string | undefined): number {
  if (text !== undefined && /^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new MillwrightError('USAGE', `--version is '${text ?? ''}': give the number of a version, or --none to take an alias away`);
}
