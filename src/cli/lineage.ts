import type { Command } from 'commander';
import type { Lineage, LineageNode, RestingPredictions } from '../api/lineage.ts';
import type { Model } from '../api/models.ts';
import { MillwrightError } from '../errors.ts';
import type { Io } from './command.ts';
import { harmless } from './harmless.ts';
import { pipelineRunId } from './pipeline-run-id.ts';
import { positiveInteger } from './positive-integer.ts';
import { printPredictionLineage } from './prediction-lineage.ts';
import { remoteApi, type Api } from './remote.ts';
import { printTable } from './table.ts';

interface Options {
  readonly depth: number;
  readonly endpoint?: string;
  readonly json?: boolean;
}

/** Versions without predictions that are named. */
const namedVersions = 12;

export function configure(command: Command, io: Io): void {
  command
    .argument(
      '<object>',
      'a request id, hash of data, or hash of a commit or at least its first 7 characters; or models:/NAME@ALIAS, models:/NAME/VERSION, runs:/RUN_ID, md5:HASH, commit:HASH, endpoint:NAME, stage-run:ID, pipeline-run:ID, decision:ID, prediction:REQUEST_ID',
    )
    .option('--depth <number>', 'how many steps to follow, at most 50', positiveInteger, 12)
    .option('--endpoint <name>', 'which answer is meant where several have one request id')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ millwright lineage models:/energy-victoria/1
  $ millwright lineage 0192f0c1d2e37b8a9c0d1e2f3a4b5c6d    # where this prediction came from
  $ millwright lineage md5:d41d8cd98f00b204e9800998ecf8427e  # which predictions rest on this data`,
    )
    .action((object: string, options: Options) => lineage(object, options, io));
}

async function lineage(object: string, options: Options, io: Io): Promise<void> {
  const { api } = await remoteApi(io);
  const { kind, id } = (await namedNode(api, object)) ?? nodeOf(object) ?? (await findObject(api, object));
  if (kind === 'prediction') {
    const told = await api.predictionLineage(id, options.endpoint);
    if (options.json === true) return io.stdout(`${JSON.stringify(told)}\n`);
    return printPredictionLineage(told, io);
  }
  const [graph, predictions] = await Promise.all([api.lineage(kind, id, options.depth), api.restingPredictions(kind, id)]);
  if (graph.edges.length === 0 && predictions.count === 0)
    throw new MillwrightError('RESOURCE_DOES_NOT_EXIST', `nothing is known of ${object} here`);
  if (options.json === true) return io.stdout(`${JSON.stringify({ ...graph, predictions })}\n`);
  io.stdout(`${[titleOf(graph.root), ...paramLines(graph.root, 1)].join('\n')}\n`);
  io.stdout(section('rests on', graph, 'upstream'));
  io.stdout(section('led to', graph, 'downstream'));
  if (graph.truncated) io.stdout('There is more: ask with a smaller --depth.\n');
  printPredictions(predictions, io);
}

/** Names that the server knows what stands on: `models:/NAME@ALIAS`, `models:/NAME/STAGE`, `pipeline-run:PROJECT #N`. */
async function namedNode(api: Api, object: string): Promise<{ kind: string; id: string } | undefined> {
  const run = /^pipeline-run:(.*#\d+)$/.exec(object)?.[1];
  if (run !== undefined) return { kind: 'pipeline_run', id: await pipelineRunId(api, run) };
  const [, model, separator, name] = /^models:\/([^/@]+)([@/])([^/@]+)$/.exec(object) ?? [];
  if (model === undefined || name === undefined || (separator === '/' && /^\d+$/.test(name))) return undefined;
  const { model: known } = await api.model(model);
  const version = separator === '@' ? known.aliases.find(({ alias }) => alias === name)?.version : inStage(known, name);
  if (version !== undefined) return { kind: 'model_version', id: `${model}/${version}` };
  const aliases = known.aliases.map(({ alias }) => `@${alias}`).join(', ');
  throw new MillwrightError(
    'RESOURCE_DOES_NOT_EXIST',
    `${object} stands on no version; ${model} has ${aliases === '' ? 'no alias' : aliases}: \`millwright models show ${model}\` tells its versions`,
  );
}

function inStage({ latestVersions }: Model, name: string): number | undefined {
  const stage = name.toLowerCase();
  const versions = latestVersions.filter((one) => stage === 'latest' || one.stage.toLowerCase() === stage).map(({ version }) => version);
  return versions.length === 0 ? undefined : Math.max(...versions);
}

/** What a user calls an object → its node; undefined where it is an id of any kind. */
function nodeOf(object: string): { kind: string; id: string } | undefined {
  const forms: readonly (readonly [RegExp, string])[] = [
    [/^models:\/(.+\/\d+)$/, 'model_version'],
    [/^models:\/(m-[0-9a-f]{32})$/, 'logged_model'],
    [/^runs:\/([0-9a-f]{32})$/, 'run'],
    [/^commit:([0-9a-f]{40,64})$/, 'commit'],
    [/^(md5(?:-dos2unix)?:.+)$/, 'data_version'],
    [/^stage-run:(.+)$/, 'stage_run'],
    [/^pipeline-run:(.+)$/, 'pipeline_run'],
    [/^decision:(.+)$/, 'decision'],
    [/^endpoint:(.+)$/, 'endpoint'],
    [/^prediction:(.+)$/, 'prediction'],
  ];
  for (const [form, kind] of forms) {
    const id = form.exec(object)?.[1];
    if (id !== undefined) return { kind, id };
  }
  return undefined;
}

/** @throws RESOURCE_DOES_NOT_EXIST where no object has the id, USAGE where several have */
async function findObject(api: Api, object: string): Promise<{ kind: string; id: string }> {
  const bare = /^commit:([0-9a-f]{7,64})$/.exec(object)?.[1] ?? object;
  const { items } = await api.lineageObjects(bare);
  const [found] = items;
  if (found === undefined)
    throw new MillwrightError(
      'RESOURCE_DOES_NOT_EXIST',
      `nothing here has the id '${object.slice(0, 256)}': ${tooShort(object)}no kept prediction has this request id, and lineage knows no such commit, data or run; other objects are written models:/NAME/VERSION, endpoint:NAME, stage-run:ID or pipeline-run:ID`,
    );
  if (items.length === 1) return found;
  const names = items.map(({ kind, id }) => nameOf(kind, id)).join(', ');
  throw new MillwrightError('USAGE', `'${object}' may mean ${names}: write one of these`);
}

function tooShort(object: string): string {
  const isShort = /^(?:commit:)?[0-9a-f]{1,6}$/.test(object);
  return isShort ? 'of the hash of a commit write at least the first 7 characters; ' : '';
}

/** An object as this command takes it. */
function nameOf(kind: string, id: string): string {
  if (kind === 'model_version' || kind === 'logged_model') return `models:/${id}`;
  if (kind === 'run') return `runs:/${id}`;
  return kind === 'data_version' ? id : `${kind.replaceAll('_', '-')}:${id}`;
}

/** One direction as an indented tree; what was shown already is not opened again. */
function section(title: string, graph: Lineage, direction: 'upstream' | 'downstream'): string {
  const nodes = new Map(graph.nodes.map((node) => [`${node.kind} ${node.id}`, node]));
  const [near, far] = direction === 'upstream' ? (['to', 'from'] as const) : (['from', 'to'] as const);
  const next = Map.groupBy(graph.edges, (edge) => edge[near]);
  const lines: string[] = [];
  const shown = new Set<string>();
  const visit = (key: string, indent: number): void => {
    for (const edge of next.get(key) ?? []) {
      const known = shown.has(edge[far]);
      shown.add(edge[far]);
      lines.push(`${'  '.repeat(indent)}${edge.relation.padEnd(11)} ${titleOf(nodes.get(edge[far])!)}${known ? ' (see above)' : ''}`);
      if (known) continue;
      lines.push(...paramLines(nodes.get(edge[far])!, indent + 1));
      visit(edge[far], indent + 1);
    }
  };
  visit(`${graph.root.kind} ${graph.root.id}`, 1);
  return lines.length === 0 ? '' : `${title}:\n${lines.join('\n')}\n`;
}

const shownParams = 20;

function paramLines({ params = [] }: LineageNode, indent: number): string[] {
  const lines = params.slice(0, shownParams).map(({ name, value }) => `param       ${harmless(`${name} = ${value}`)}`);
  const more = params.length > shownParams ? [`… and ${params.length - shownParams} more params: --json has them`] : [];
  return [...lines, ...more].map((line) => `${'  '.repeat(indent)}${line}`);
}

function titleOf(node: LineageNode): string {
  const id = node.label === node.id || node.kind === 'model_version' ? '' : ` (${node.id})`;
  return harmless(`${node.kind.replaceAll('_', ' ')} ${node.label}${id}`);
}

function printPredictions({ count, firstAt, lastAt, versions, silent, filter, truncated }: RestingPredictions, io: Io): void {
  if (count === 0) {
    io.stdout('predictions: none is kept that rests on it\n');
    return;
  }
  const iso = (at: number | null): string => new Date(at ?? 0).toISOString();
  io.stdout(`predictions: ${truncated ? 'at least ' : ''}${count}, first ${iso(firstAt)}, last ${iso(lastAt)}\n`);
  const rows = versions.map((row) => [`${row.model}/${row.version}`, row.endpoint, String(row.count), iso(row.firstAt), iso(row.lastAt)]);
  printTable(io, ['MODEL', 'ENDPOINT', 'PREDICTIONS', 'FIRST', 'LAST'], rows);
  if (silent.length > 0) {
    const more = silent.length > namedVersions ? ` and ${silent.length - namedVersions} more` : '';
    io.stdout(`none yet by ${silent.slice(0, namedVersions).join(', ')}${more}\n`);
  }
  if (filter !== null) io.stdout(`To see them: millwright predictions --filter "${filter.replaceAll(/[\\"$`]/g, String.raw`\$&`)}"\n`);
}
