/**
 * `add` and a `status` that finds nothing, on 20,000 files of 1 KiB: CPU seconds (user and system) of ours beside real dvc, on the same
 * files. CPU, because the machine is rarely idle. `node bench/data.ts [files]`
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const checkout = join(import.meta.dirname, '..');
const tools = { millwright: join(checkout, 'bin/millwright'), dvc: join(checkout, 'build/test-env/bin/dvc') };
const fileCount = Number(process.argv[2] ?? 20_000);

const verbs = { add: ['add', '-q', 'data'], status: ['status', '-q'] };
const seconds = { millwright: measure(tools.millwright), dvc: measure(tools.dvc) };
console.log(`${fileCount} files of 1 KiB, CPU seconds   millwright      dvc    ratio`);
for (const verb of ['add', 'status'] as const) {
  const [ours, theirs] = [seconds.millwright[verb], seconds.dvc[verb]];
  console.log(`${verb.padEnd(36)}${ours.toFixed(2).padStart(8)}${theirs.toFixed(2).padStart(9)}${(theirs / ours).toFixed(1).padStart(8)}x`);
}

function measure(tool: string): Record<keyof typeof verbs, number> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-data-'));
  try {
    const root = join(folder, 'repository');
    mkdirSync(join(root, 'data'), { recursive: true });
    for (let index = 0; index < fileCount; index += 1) writeFileSync(join(root, 'data', `${index}.bin`), `${index}`.padEnd(1024, '.'));
    cpuSeconds(folder, root, 'git', ['init', '-q']);
    cpuSeconds(folder, root, tool, ['init', '-q']);
    const add = cpuSeconds(folder, root, tool, verbs.add);
    // The first look after an add may still settle what it remembers; the second finds nothing to do.
    cpuSeconds(folder, root, tool, verbs.status);
    return { add, status: cpuSeconds(folder, root, tool, verbs.status) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The shell's `times` tells what its children used. */
function cpuSeconds(folder: string, cwd: string, command: string, args: readonly string[]): number {
  const env = {
    ...process.env,
    HOME: folder,
    XDG_CACHE_HOME: join(folder, 'cache'),
    DVC_NO_ANALYTICS: '1',
    DVC_SITE_CACHE_DIR: join(folder, 'site'),
  };
  const script = '"$@" || exit $?; times';
  const { status, stdout, stderr } = spawnSync('sh', ['-c', script, 'sh', command, ...args], { cwd, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}: ${stderr}`);
  const times = [
    ...stdout
      .trimEnd()
      .split('\n')
      .at(-1)!
      .matchAll(/(\d+)m([\d.]+)s/g),
  ];
  return times.reduce((sum, [, minutes, rest]) => sum + Number(minutes) * 60 + Number(rest), 0);
}
