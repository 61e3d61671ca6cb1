/**
 * What the engine costs beyond the stages themselves: first and no-op `repro` of many trivial stages, in CPU seconds side by
 * side with the real `dvc` of the test environment, and the wall time a stage takes beyond its own process.
 *
 * The two floors that no engine on Node goes below are printed too: the same commands run by a plain shell loop are part of
 * both sides of `first repro`, and Node's own start, of a script with nothing in it, is part of ours.
 *
 *     node bench/engine.ts [--stages 100] [--no-peer]
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { report, root, runTimed, type Figure, type Finished } from './support/measure.ts';

const { values: options } = parseArgs({
  options: { stages: { type: 'string', default: '100' }, 'no-peer': { type: 'boolean', default: false } },
});
const stages = Number(options.stages);
const dvc = join(root, 'build/test-env/bin/dvc');
/** Both take the user's shell for a stage's command; here it is the one in which the bare commands run. */
const env = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(MILLWRIGHT_|DVC_|GIT_)/.test(name))),
  SHELL: '/bin/sh',
};

interface Pair {
  readonly first: Finished;
  /** CPU seconds of one repro with nothing to do; a mean, because the shell's `times` counts hundredths. */
  readonly againSeconds: number;
}

/** A repository whose stages each copy their input: a chain would hide what an engine does side by side. */
function makeRepository(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bench-engine-'));
  for (const args of [
    ['init', '-q'],
    ['config', 'user.email', 'bench@example.org'],
    ['config', 'user.name', 'bench'],
  ])
    run('git', args, folder);
  run(join(root, 'bin/millwright'), ['init', '-q'], folder);
  writeFileSync(join(folder, 'input'), 'input\n');
  const stage = (index: number): string => `  s${index}:\n    cmd: cp input out${index}\n    deps: [input]\n    outs: [out${index}]\n`;
  writeFileSync(join(folder, 'dvc.yaml'), `stages:\n${Array.from({ length: stages }, (_, index) => stage(index)).join('')}`);
  return folder;
}

function run(command: string, args: readonly string[], cwd: string): void {
  const { status, stderr } = spawnSync(command, args, { cwd, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}: ${stderr}`);
}

async function reproTwice(command: string): Promise<Pair> {
  const cwd = makeRepository();
  try {
    const first = await runTimed(command, ['repro'], { cwd, env });
    if (first.status !== 0) throw new Error(`${command} repro ended with ${first.status}`);
    return { first, againSeconds: await meanSeconds(command, ['repro'], cwd) };
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}

const repetitions = 5;

async function meanSeconds(command: string, args: readonly string[], cwd: string): Promise<number> {
  let sum = 0;
  for (let time = 0; time < repetitions; time += 1) {
    const { status, cpuSeconds } = await runTimed(command, args, { cwd, env });
    if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}`);
    sum += cpuSeconds;
  }
  return sum / repetitions;
}

/** What as many processes cost that nobody plans, hashes or records. */
async function bareSeconds(): Promise<Finished> {
  const cwd = mkdtempSync(join(tmpdir(), 'bench-bare-'));
  writeFileSync(join(cwd, 'input'), 'input\n');
  const script = `i=0; while [ $i -lt ${stages} ]; do sh -c "cp input out$i"; i=$((i+1)); done`;
  const bare = await runTimed('sh', ['-c', script], { cwd, env });
  rmSync(cwd, { recursive: true, force: true });
  return bare;
}

const ours = await reproTwice(join(root, 'bin/millwright'));
const bare = await bareSeconds();
const nodeSeconds = await meanSeconds(process.execPath, ['--eval', ''], root);
const peer = options['no-peer'] || !existsSync(dvc) ? undefined : await reproTwice(dvc);
const beside = (value: number, other: number | undefined): Pick<Figure, 'peer'> =>
  other === undefined ? {} : { peer: { name: 'dvc', value: other, ratio: other / value } };

report('engine', [
  {
    what: `first repro of ${stages} stages, CPU`,
    value: ours.first.cpuSeconds,
    unit: 's',
    target: '≥ 30×',
    ...beside(ours.first.cpuSeconds, peer?.first.cpuSeconds),
  },
  {
    what: `no-op repro of ${stages} stages, CPU`,
    value: ours.againSeconds,
    unit: 's',
    target: '≥ 30×',
    ...beside(ours.againSeconds, peer?.againSeconds),
  },
  {
    what: 'first repro without its commands, CPU',
    value: ours.first.cpuSeconds - bare.cpuSeconds,
    unit: 's',
    ...beside(ours.first.cpuSeconds - bare.cpuSeconds, peer === undefined ? undefined : peer.first.cpuSeconds - bare.cpuSeconds),
  },
  { what: `the ${stages} commands in a shell loop, CPU`, value: bare.cpuSeconds, unit: 's' },
  { what: "Node's own start, CPU", value: nodeSeconds, unit: 's' },
  { what: 'wall time of a stage beyond its process', value: (ours.first.wallMs - bare.wallMs) / stages, unit: 'ms', target: '≤ 15 ms' },
]);
