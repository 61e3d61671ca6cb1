/**
 * Python environments, one for each set of requirements, shared by all projects of a user.
 *
 * `<cacheDir>/<key>/ready` names the folder beside it that is whole; it is written, by a rename, when everything is installed. So a
 * build that was killed is never taken for whole, and an installer that outlived its engine writes where nobody looks.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf, MillwrightError } from '../../errors.ts';
import { withBuildLock } from './build-lock.ts';
import { resolveInterpreter, type Interpreter } from './interpreter.ts';
import { parsePipConfig, uvSettings } from './pip-config.ts';
import { environmentKey } from './requirements.ts';
import { run } from './run.ts';

export interface EnvironmentRequest {
  /** Absolute path of a requirements file. */
  readonly requirements: string;
  /** A version (`3.11`), a command or an absolute path; `python3` where absent. */
  readonly python?: string | undefined;
  readonly cacheDir: string;
  /** The user's environment: PATH, pip's and uv's settings. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What the installer says, as it says it. */
  readonly onLog?: (text: string) => void;
  /** Called where it is not there yet, before it is built, or somebody who builds it is waited for. */
  readonly onMissing?: () => void;
  readonly signal?: AbortSignal;
}

export interface PythonEnvironment {
  readonly python: string;
  /** To be put first on PATH. */
  readonly binDir: string;
}

/**
 * The environment with exactly these requirements, built where it is not there yet.
 *
 * @throws CONFIG_INVALID where there is no such Python or no such file; STAGE_FAILED with the end of the installer's log
 */
export async function ensureEnvironment(request: EnvironmentRequest): Promise<PythonEnvironment> {
  const interpreter = await resolveInterpreter(request.python, request.env, request.signal);
  const home = join(request.cacheDir, await environmentKey(request.requirements, interpreter));
  const there = await wholeEnvironment(home);
  if (there !== undefined) return there;
  request.onMissing?.();
  await mkdir(home, { recursive: true });
  return withBuildLock(interpreter.executable, join(home, 'lock'), request.signal, async () => {
    return (await wholeEnvironment(home)) ?? (await build(home, interpreter, request));
  });
}

async function wholeEnvironment(home: string): Promise<PythonEnvironment | undefined> {
  const name = await readFile(join(home, 'ready'), 'utf8').catch(undefinedIfMissing);
  if (name === undefined) return undefined;
  const binDir = join(home, name, 'bin');
  // A cache cleaned by hand, or an interpreter that was uninstalled, leaves the note and nothing behind it.
  const python = await stat(join(binDir, 'python')).catch(undefinedIfMissing);
  return python === undefined ? undefined : { python: join(binDir, 'python'), binDir };
}

async function build(home: string, interpreter: Interpreter, request: EnvironmentRequest): Promise<PythonEnvironment> {
  await removeRemains(home);
  const name = randomBytes(4).toString('hex');
  const folder = join(home, name);
  try {
    await install(folder, interpreter, request);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  await writeWhole(join(home, 'ready'), name);
  return { python: join(folder, 'bin', 'python'), binDir: join(folder, 'bin') };
}

async function install(folder: string, interpreter: Interpreter, request: EnvironmentRequest): Promise<void> {
  const uv = await run(['uv', '--version'], { env: request.env, signal: request.signal });
  if (uv.exitCode === 0) {
    const pip = await run([interpreter.executable, '-m', 'pip', 'config', 'list'], { env: request.env, signal: request.signal });
    const settings = uvSettings(parsePipConfig(pip.exitCode === 0 ? pip.stdout : ''), request.env);
    const env = { ...request.env, ...settings.env, VIRTUAL_ENV: folder };
    // With pip, as `python -m venv` has it: packages such as mlflow ask for its version.
    await step(['uv', 'venv', '--seed', ...settings.flags, '--python', interpreter.executable, folder], request, env);
    await step(['uv', 'pip', 'install', ...settings.flags, '-r', request.requirements], request, env);
    return;
  }
  const python = join(folder, 'bin', 'python');
  await step([interpreter.executable, '-m', 'venv', folder], request, request.env);
  await step([python, '-m', 'pip', 'install', '--disable-pip-version-check', '-r', request.requirements], request, request.env);
}

async function step(command: readonly string[], request: EnvironmentRequest, env: EnvironmentRequest['env']): Promise<void> {
  const onLog = request.onLog === undefined ? {} : { onLog: request.onLog };
  // Relative paths in the file are meant from its folder.
  const result = await run(command, { env, signal: request.signal, cwd: dirname(request.requirements), ...onLog });
  if (result.exitCode === 0) return;
  const tail = result.tail.trimEnd().split('\n').slice(-15).join('\n');
  throw new MillwrightError(
    'STAGE_FAILED',
    `the Python environment of '${request.requirements}' cannot be built: '${command.join(' ')}' exited with ${result.exitCode}. The end of its log:\n${tail}`,
  );
}

/** Folders of builds that were killed. The lock is ours: nobody builds here now. */
async function removeRemains(home: string): Promise<void> {
  for (const name of await readdir(home)) {
    if (name !== 'lock' && name !== 'ready') await rm(join(home, name), { recursive: true, force: true, maxRetries: 3 });
  }
}

async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}`;
  await using file = await open(temporary, 'wx');
  await file.writeFile(text);
  await file.sync();
  await rename(temporary, path);
}

function undefinedIfMissing(error: unknown): undefined {
  if (errnoOf(error) !== 'ENOENT') throw error;
  return undefined;
}
