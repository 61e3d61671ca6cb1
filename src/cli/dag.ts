import type { Command } from 'commander';
import { MillwrightError } from '../errors.ts';
import { compareCodePoints } from '../lib/code-points.ts';
import { chooseStages, collapseGroups, components, outputDag, Project, stageDag, type Dag } from '../pipelines/index.ts';
import type { Io } from './command.ts';
import { commonOptions, withLocalApp } from './local.ts';

interface DagOptions {
  readonly quiet?: boolean;
  readonly dot?: boolean;
  readonly mermaid?: boolean;
  readonly md?: boolean;
  readonly full?: boolean;
  readonly outs?: boolean;
  readonly collapseForeachMatrix?: boolean;
  readonly json?: boolean;
}

export function configure(command: Command, io: Io): void {
  commonOptions(command)
    .argument('[target]', 'stage or output to draw the pipeline of (default: everything)')
    .option('--dot', 'print in the DOT language')
    .option('--mermaid', 'print as a Mermaid flowchart')
    .option('--md', 'print as a Mermaid flowchart in a Markdown block')
    .option('--collapse-foreach-matrix', 'one node for all stages of a foreach or matrix')
    .option('--full', 'the whole pipeline of the target, not only what it depends on')
    .option('-o, --outs', 'outputs instead of stages')
    .option('--json', 'print nodes and edges as JSON')
    .addHelpText('after', '\nExample:\n  $ millwright dag --mermaid')
    .action((target: string | undefined, options: DagOptions) => dag(target, options, io));
}

async function dag(target: string | undefined, options: DagOptions, io: Io): Promise<void> {
  if (options.outs === true && options.collapseForeachMatrix === true) {
    throw new MillwrightError('DATA_ERROR', '`--outs` and `--collapse-foreach-matrix` are mutually exclusive');
  }
  await withLocalApp(io, options, ({ repository }) => {
    const project = Project.load({ repository, cwd: io.cwd });
    const targets =
      target === undefined ? undefined : project.findGranular(target, { glob: false, recursive: false }).map(({ stage }) => stage);
    const stages = chooseStages(project.graph, targets, options.full === true);
    const whole = options.outs === true ? outputDag(project.graph, stages, io.cwd) : stageDag(project.graph, stages);
    io.stdout(drawing(options.collapseForeachMatrix === true ? collapseGroups(whole) : whole, options));
    return Promise.resolve();
  });
}

function drawing(graph: Dag, options: DagOptions): string {
  if (options.json === true) return `${JSON.stringify(graph)}\n`;
  if (options.dot === true) return dotText(graph);
  if (options.md === true) return `\`\`\`mermaid\n${mermaidText(graph)}\n\`\`\`\n`;
  return options.mermaid === true ? `${mermaidText(graph)}\n` : treeText(graph);
}

function dotText({ nodes, edges }: Dag): string {
  const lines = [...nodes.map((node) => `"${node}";`), ...edges.map(([from, to]) => `"${from}" -> "${to}";`)];
  return `strict digraph {\n${lines.map((line) => `${line}\n`).join('')}}\n\n`;
}

function mermaidText(graph: Dag): string {
  let text = 'flowchart TD';
  let count = 0;
  for (const part of components(graph)) {
    const ids = new Map(part.nodes.toSorted(compareCodePoints).map((node) => [node, `node${(count += 1)}`]));
    for (const [node, id] of ids) text += `\n\t${id}["${node}"]`;
    const edges = part.edges.toSorted((a, b) => compareCodePoints(a[0], b[0]) || compareCodePoints(a[1], b[1]));
    for (const [from, to] of edges) text += `\n\t${ids.get(from) ?? ''}-->${ids.get(to) ?? ''}`;
  }
  return text;
}

/** Each stage below the ones it needs, drawn where the last of them stands; the others refer to it by name. */
function treeText(graph: Dag): string {
  return components(graph)
    .map((part) => {
      const lines: string[] = [];
      const drawn = new Set<string>();
      const roots = part.nodes.filter((node) => !part.edges.some(([, to]) => to === node));
      const draw = (node: string, lead: string, tail: string): void => {
        const isKnown = drawn.has(node);
        const needs = part.edges.filter(([, to]) => to === node).length;
        lines.push(`${lead}${node}${isKnown ? ' (above)' : needs > 1 ? ` (needs ${needs})` : ''}`);
        if (isKnown) return;
        drawn.add(node);
        const children = part.edges.filter(([from]) => from === node).map(([, to]) => to);
        for (const [index, child] of children.entries()) {
          const isLast = index === children.length - 1;
          draw(child, `${tail}${isLast ? '└─ ' : '├─ '}`, `${tail}${isLast ? '   ' : '│  '}`);
        }
      };
      for (const root of roots) draw(root, '', '');
      return `${lines.join('\n')}\n`;
    })
    .join('\n');
}
