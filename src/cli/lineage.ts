import type { Command } from 'commander';
import type { Lineage, LineageNode } from '../api/lineage.ts';
import { MillwrightError } from '../errors.ts';
import type { Io } from './command.ts';
import { positiveInteger } from './positive-integer.ts';
import { remoteApi } from './remote.ts';

export function configure(command: Command, io: Io): void {
  command
    .argument('<object>', 'models:/NAME/VERSION, runs:/RUN_ID, commit:HASH, md5:HASH, stage-run:ID or pipeline-run:ID')
    .option('--depth <number>', 'how many steps to follow, at most 50', positiveInteger, 12)
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  $ millwright lineage models:/energy-victoria/1')
    .action((object: string, options: { depth: number; json?: boolean }) => lineage(object, options, io));
}

async function lineage(object: string, options: { depth: number; json?: boolean }, io: Io): Promise<void> {
  const { kind, id } = nodeOf(object);
  const { api } = await remoteApi(io);
  const graph = await api.lineage(kind, id, options.depth);
  if (graph.edges.length === 0) throw new MillwrightError('RESOURCE_DOES_NOT_EXIST', `nothing is known of ${object} here`);
  if (options.json === true) return io.stdout(`${JSON.stringify(graph)}\n`);
  io.stdout(`${titleOf(graph.root)}\n`);
  io.stdout(section('rests on', graph, 'upstream'));
  io.stdout(section('led to', graph, 'downstream'));
  if (graph.truncated) io.stdout('There is more: ask with a smaller --depth.\n');
}

/** What a user calls an object → its node. @throws USAGE */
function nodeOf(object: string): { kind: string; id: string } {
  const forms: readonly (readonly [RegExp, string])[] = [
    [/^models:\/(.+\/\d+)$/, 'model_version'],
    [/^models:\/(m-[0-9a-f]{32})$/, 'logged_model'],
    [/^runs:\/([0-9a-f]{32})$/, 'run'],
    [/^commit:([0-9a-f]{40,64})$/, 'commit'],
    [/^(md5(?:-dos2unix)?:.+)$/, 'data_version'],
    [/^stage-run:(.+)$/, 'stage_run'],
    [/^pipeline-run:(.+)$/, 'pipeline_run'],
  ];
  for (const [form, kind] of forms) {
    const id = form.exec(object)?.[1];
    if (id !== undefined) return { kind, id };
  }
  throw new MillwrightError(
    'USAGE',
    `'${object}' is no object of lineage: write models:/NAME/VERSION, runs:/RUN_ID, commit:HASH (in full), md5:HASH, stage-run:ID or pipeline-run:ID`,
  );
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
      if (!known) visit(edge[far], indent + 1);
    }
  };
  visit(`${graph.root.kind} ${graph.root.id}`, 1);
  return lines.length === 0 ? '' : `${title}:\n${lines.join('\n')}\n`;
}

function titleOf(node: LineageNode): string {
  return `${node.kind.replaceAll('_', ' ')} ${node.label}${node.label === node.id || node.kind === 'model_version' ? '' : ` (${node.id})`}`;
}
