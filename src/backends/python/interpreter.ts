import { isAbsolute } from 'node:path';
import { MillwrightError } from '../../errors.ts';
import { run } from './run.ts';

export interface Interpreter {
  /** The interpreter itself, not a pyenv shim, which costs ten times as much at every start. */
  readonly executable: string;
  /** Such as `3.11.7`. */
  readonly version: string;
  readonly platform: string;
}

const describe = `import json, platform, sys, sysconfig
print(json.dumps([sys.executable, platform.python_version(), sysconfig.get_platform() + "-" + sys.implementation.name]))`;

const resolved = new Map<string, Promise<Interpreter>>();

/** @param wanted a version (`3.11`), a command or an absolute path; `python3` where undefined */
export function resolveInterpreter(
  wanted: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal | undefined,
): Promise<Interpreter> {
  const key = JSON.stringify([wanted, env['PATH'], env['PYENV_VERSION']]);
  const known = resolved.get(key) ?? find(wanted, env, signal);
  resolved.set(key, known);
  // A failure is not kept: the user may install what is missing while a server runs.
  known.catch(() => resolved.delete(key));
  return known;
}

async function find(
  wanted: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal | undefined,
): Promise<Interpreter> {
  const isVersion = wanted !== undefined && /^\d+(\.\d+)*$/.test(wanted);
  const candidates = wanted === undefined ? ['python3', 'python'] : isVersion ? versionCandidates(wanted) : [wanted];
  const found: string[] = [];
  for (const command of candidates) {
    const result = await run([command, '-c', describe], { env, signal });
    if (result.exitCode !== 0) continue;
    const [executable, version, platform] = JSON.parse(result.stdout) as [string, string, string];
    if (!isVersion || version === wanted || version.startsWith(`${wanted}.`)) return { executable, version, platform };
    found.push(version);
  }
  const there = found.length === 0 ? '' : ` (found ${found.join(', ')})`;
  const name = isVersion || wanted === undefined ? `Python ${wanted ?? '3'}` : `the Python interpreter '${wanted}'`;
  const where = wanted !== undefined && isAbsolute(wanted) ? '' : ' on PATH';
  throw new MillwrightError('CONFIG_INVALID', `${name} is not there${where}${there}: install it, or name another under 'python:'`);
}

function versionCandidates(version: string): string[] {
  const [major, minor] = version.split('.');
  return [...(minor === undefined ? [] : [`python${major}.${minor}`]), `python${major}`, 'python'];
}
