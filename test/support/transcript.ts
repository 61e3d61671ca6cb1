/**
 * Transcripts of the real `dvc`: what was written and run, how it ended, and every file afterwards. `record-transcripts.ts` makes them from the
 * scenarios beside them; a test replays them with ours, without the real tool.
 */
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { spawnSync } from 'node:child_process';

/** One thing to do. `cd` is relative to the repository's root. */
export type Step =
  | { readonly write: string; readonly text: string; readonly mode?: string }
  | { readonly sh: string; readonly cd?: string }
  | { readonly dvc: string; readonly cd?: string }
  | { readonly snapshot: true };

export interface Scenario {
  readonly name: string;
  /** Begin with `git init` and `dvc init`; else with an empty folder. */
  readonly begins: 'in a repository' | 'empty';
  readonly steps: readonly Step[];
}

export interface FileState {
  readonly md5?: string;
  readonly mode?: string;
  readonly link?: string;
}

/** What came of a step: nothing for a file that was written. */
export interface Outcome {
  readonly status?: number;
  /** Of `sh` steps, and of `dvc` with `--json`. */
  readonly stdout?: string;
  readonly files?: Readonly<Record<string, FileState>>;
}

export interface Transcript extends Scenario {
  readonly outcomes: readonly Outcome[];
}

/** Plays a scenario in a folder of its own. `$ROOT` in texts and commands stands for the repository. */
export function play(scenario: Scenario, program: string): Outcome[] {
  const top = realpathSync(mkdtempSync(join(tmpdir(), 'transcript-')));
  const root = join(top, 'root');
  for (const folder of [root, join(top, 'home'), join(top, 'bin')]) mkdirSync(folder);
  writeFileSync(join(top, 'bin/dvc'), `#!/bin/sh\nexec ${program} "$@"\n`, { mode: 0o755 });
  const sh = (command: string, cwd: string) => spawnSync('sh', ['-c', command], { cwd, env: environment(top), encoding: 'utf8' });
  try {
    if (scenario.begins === 'in a repository') sh('git init -q -b main . && dvc init -q && git add -A && git commit -qm init', root);
    return scenario.steps.map((step) => perform(step, root, top, sh));
  } finally {
    sh('chmod -R u+rwX .', top);
    rmSync(top, { recursive: true, force: true });
  }
}

type Shell = (command: string, cwd: string) => { readonly status: number | null; readonly stdout: string };

function perform(step: Step, root: string, top: string, sh: Shell): Outcome {
  if ('write' in step) {
    const path = join(root, step.write);
    mkdirSync(dirname(path), { recursive: true });
    rmSync(path, { force: true });
    writeFileSync(path, step.text);
    if (step.mode !== undefined) chmodSync(path, Number.parseInt(step.mode, 8));
    return {};
  }
  if ('snapshot' in step) return { files: { ...filesOf(root, ''), ...filesOf(join(top, 'remote'), 'REMOTE:') } };
  const command = 'dvc' in step ? `dvc ${step.dvc}` : step.sh;
  const ran = sh(command.replaceAll('$ROOT', root).replaceAll('$REMOTE', join(top, 'remote')), join(root, step.cd ?? '.'));
  const isCompared = 'sh' in step || step.dvc.includes('--json');
  return { status: ran.status ?? -1, ...(isCompared ? { stdout: ran.stdout.replaceAll(top, '$TOP') } : {}) };
}

/** Every file of the repository, its cache included, or of a folder remote; private files and names of unfinished ones are left out. */
function filesOf(root: string, prefix: string): Record<string, FileState> {
  const found: Record<string, FileState> = {};
  if (!existsSync(root)) return found;
  const visit = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      const name = relative(root, path);
      if (/(^|\/)\.git$|(^|\/)\.dvc\/tmp$/.test(name) || /(^|\/)\.[\w-]{22}\.tmp$/.test(name)) continue;
      if (entry.isDirectory()) visit(path);
      else if (entry.isSymbolicLink()) found[prefix + name] = { link: readlinkSync(path).replaceAll(dirname(root), '$TOP') };
      else
        found[prefix + name] = {
          md5: createHash('md5').update(readFileSync(path)).digest('hex'),
          mode: (lstatSync(path).mode & 0o7777).toString(8),
        };
    }
  };
  visit(root);
  return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function environment(top: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(DVC|GIT|MILLWRIGHT|XDG)_/.test(name));
  return {
    ...Object.fromEntries(kept),
    HOME: join(top, 'home'),
    PATH: `${join(top, 'bin')}:${process.env['PATH'] ?? ''}`,
    LC_ALL: 'C.UTF-8',
    CI: '1',
    SHELL: '/bin/sh',
    DVC_NO_ANALYTICS: '1',
    DVC_TEST: '1',
    DVC_SITE_CACHE_DIR: join(top, 'home/site'),
    DVC_GLOBAL_CONFIG_DIR: join(top, 'home/global'),
    DVC_SYSTEM_CONFIG_DIR: join(top, 'home/system'),
    GIT_AUTHOR_NAME: 'a',
    GIT_AUTHOR_EMAIL: 'a@example.org',
    GIT_COMMITTER_NAME: 'a',
    GIT_COMMITTER_EMAIL: 'a@example.org',
  };
}

/** What differs between two outcomes, in words; order counts in no list of a JSON document. */
export function differences(scenario: Scenario, wanted: readonly Outcome[], found: readonly Outcome[]): string[] {
  return scenario.steps.flatMap((step, i) => {
    const [want, got] = [wanted[i]!, found[i]!];
    const label = `step ${i} ${JSON.stringify(step)}`;
    if (want.files !== undefined) return differentFiles(want.files, got.files ?? {}).map((problem) => `${label}: ${problem}`);
    if (want.status !== got.status && (want.status === 0) !== (got.status === 0))
      return [`${label}: status ${want.status} wanted, ${got.status} found`];
    const [wantedText, foundText] = 'dvc' in step ? [normal(want.stdout), normal(got.stdout)] : [want.stdout, got.stdout];
    if (wantedText !== foundText) return [`${label}: ${want.stdout} wanted, ${got.stdout} found`];
    return [];
  });
}

function differentFiles(wanted: Readonly<Record<string, FileState>>, found: Readonly<Record<string, FileState>>): string[] {
  const names = [...new Set([...Object.keys(wanted), ...Object.keys(found)])].sort();
  return names
    .filter((name) => JSON.stringify(wanted[name]) !== JSON.stringify(found[name]))
    .map((name) => `${name}: ${JSON.stringify(wanted[name])} wanted, ${JSON.stringify(found[name])} found`);
}

function normal(text: string | undefined): string | undefined {
  if (text === undefined || !/^[[{]\W/.test(text)) return text;
  // Python's JSON has numbers that JSON has not
  return JSON.stringify(sorted(JSON.parse(text.replaceAll(/(?<=[:[,] ?)(-?Infinity|NaN)/g, '"$1"'))));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}
