import type { Command } from 'commander';
import { MillwrightError } from '../errors.ts';
import { addStage, describeStage, editStages, Project, type NewOutput } from '../pipelines/index.ts';
import type { Io } from './command.ts';
import { commonOptions, gitHint, withLocalApp } from './local.ts';
import { reproContext, reproduceOne } from './repro-context.ts';

interface AddOptions {
  readonly quiet?: boolean;
  readonly name?: string;
  readonly force?: boolean;
  readonly deps: string[];
  readonly params: string[];
  readonly outs: string[];
  readonly outsNoCache: string[];
  readonly outsPersist: string[];
  readonly outsPersistNoCache: string[];
  readonly metrics: string[];
  readonly metricsNoCache: string[];
  readonly plots: string[];
  readonly plotsNoCache: string[];
  readonly wdir?: string;
  readonly alwaysChanged?: boolean;
  readonly desc?: string;
  readonly run?: boolean;
  readonly json?: boolean;
}

interface ListOptions {
  readonly quiet?: boolean;
  readonly all?: boolean;
  readonly fail?: boolean;
  readonly recursive?: boolean;
  readonly nameOnly?: boolean;
  readonly namesOnly?: boolean;
  readonly json?: boolean;
}

const append = (value: string, previous: string[]): string[] => [...previous, value];

export function configure(command: Command, io: Io): void {
  command.addHelpText('after', '\nExample:\n  $ millwright stage add -n train -d train.py -o model.pkl python train.py');
  command.enablePositionalOptions();
  configureAdd(command.command('add').description('Write a stage into dvc.yaml.'), io);
  configureList(command.command('list').description('List stages.'), io);
}

function configureAdd(command: Command, io: Io): void {
  const many = (flags: string, text: string): Command => command.option(flags, text, append, []);
  commonOptions(command)
    .passThroughOptions()
    .argument('[command...]', 'what the stage runs')
    .option('-n, --name <name>', 'name of the stage')
    .option('-f, --force', 'replace a stage of that name')
    .option('-w, --wdir <folder>', 'folder in which the command runs')
    .option('--always-changed', 'run it every time')
    .option('--desc <text>', 'description for people')
    .option('--run', 'run the stage once it is written')
    .option('--json', 'print the result as JSON');
  many('-d, --deps <path>', 'dependency');
  many('-p, --params <params>', 'parameters: key,key or file:key,key or file:');
  many('-o, --outs <path>', 'output');
  many('-O, --outs-no-cache <path>', 'output that is not kept in the cache');
  many('--outs-persist <path>', 'output that stays when the stage runs again');
  many('--outs-persist-no-cache <path>', 'output that stays and is not kept in the cache');
  many('-m, --metrics <path>', 'metrics file');
  many('-M, --metrics-no-cache <path>', 'metrics file that is not kept in the cache');
  many('--plots <path>', 'plots file');
  many('--plots-no-cache <path>', 'plots file that is not kept in the cache');
  command
    .addHelpText('after', '\nExample:\n  $ millwright stage add -n train -d data.csv -p lr -o model.pkl python train.py')
    .action((words: string[], options: AddOptions) => add(words, options, io));
}

async function add(words: readonly string[], options: AddOptions, io: Io): Promise<void> {
  const { name } = options;
  if (name === undefined) throw new MillwrightError('USAGE', '`-n|--name` is required');
  await withLocalApp(io, options, async (app) => {
    const say = sayer(options, io);
    const { result: stage, unstaged } = await editStages({ ...app, cwd: io.cwd, say }, (context) =>
      addStage(context, {
        name,
        cmd: commandText(words),
        wdir: options.wdir,
        deps: options.deps,
        params: options.params,
        outs: outputsOf(options),
        alwaysChanged: options.alwaysChanged === true,
        desc: options.desc,
        force: options.force === true,
      }),
    );
    const ran = options.run === true ? (await reproduceOne(reproContext(app, options, io, 1), stage.address)).unstaged : [];
    if (options.json !== true && options.quiet !== true) io.stdout(gitHint([...new Set([...unstaged, ...ran])]));
    if (options.json === true) io.stdout(`${JSON.stringify({ stage: stage.address })}\n`);
  });
}

function sayer(options: { readonly quiet?: boolean; readonly json?: boolean }, io: Io): (line: string) => void {
  return (line) => {
    if (options.quiet !== true && options.json !== true) io.stdout(`${line}\n`);
  };
}

/** One word is a command line as it is; of several, those with spaces are quoted again. */
function commandText(words: readonly string[]): string {
  if (words.length < 2) return words.join(' ');
  return words.map((word) => (word === '' ? '""' : word.includes(' ') && !word.includes('"') ? `"${word}"` : word)).join(' ');
}

/** In DVC's order, which is that of the lines in .gitignore. */
function outputsOf(options: AddOptions): NewOutput[] {
  const of = (paths: readonly string[], kind: NewOutput['kind'], cache: boolean, persist: boolean): NewOutput[] =>
    paths.map((path) => ({ path, kind, cache, persist }));
  return [
    ...of(options.outsPersist, 'outs', true, true),
    ...of(options.outsPersistNoCache, 'outs', false, true),
    ...of(options.metrics, 'metrics', true, false),
    ...of(options.metricsNoCache, 'metrics', false, false),
    ...of(options.plots, 'plots', true, false),
    ...of(options.plotsNoCache, 'plots', false, false),
    ...of(options.outsNoCache, 'outs', false, false),
    ...of(options.outs, 'outs', true, false),
  ];
}

function configureList(command: Command, io: Io): void {
  commonOptions(command)
    .argument('[targets...]', 'dvc.yaml or .dvc files, stages, or with -R folders (default: dvc.yaml)')
    .option('--all', 'all stages of the repository')
    .option('--fail', 'stop at the first file that cannot be read')
    .option('-R, --recursive', 'all stages below the folders given')
    .option('--name-only', 'only the names')
    .option('--names-only', 'only the names')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  $ millwright stage list --all')
    .action((targets: string[], options: ListOptions) => list(targets, options, io));
}

async function list(targets: readonly string[], options: ListOptions, io: Io): Promise<void> {
  await withLocalApp(io, options, (app) => {
    const project = Project.load({ repository: app.repository, cwd: io.cwd }, { skipBroken: options.fail !== true });
    const wanted = targets.length > 0 ? targets : ['dvc.yaml'];
    const recursive = options.recursive === true;
    const found = options.all === true ? project.stages : wanted.flatMap((target) => project.find(target, { glob: false, recursive }));
    const stages = [...new Set(found)];
    if (options.json === true) {
      io.stdout(`${JSON.stringify(stages.map((stage) => ({ name: stage.address, description: describeStage(stage) })))}\n`);
      return Promise.resolve();
    }
    const names = stages.map(({ address }) => address);
    const width = Math.max(0, ...names.map((name) => name.length));
    const isBare = options.nameOnly === true || options.namesOnly === true;
    const lines = stages.map((stage) => (isBare ? stage.address : `${stage.address.padEnd(width)}  ${shortened(describeStage(stage))}`));
    if (lines.length > 0) io.stdout(`${lines.join('\n')}\n`);
    return Promise.resolve();
  });
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
