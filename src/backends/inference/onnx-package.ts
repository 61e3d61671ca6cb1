/**
 * Where onnxruntime-node is: beside the program (a checkout), in the user's cache, or fetched there on first use. Its install
 * script would download CUDA, so it is no dependency of the package and is installed without scripts.
 */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { errnoOf, MillwrightError } from '../../errors.ts';
import { runtimeFile } from '../../runtime-files.ts';

export interface PackageOptions {
  readonly cacheDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Called where it has to be fetched, before it is. */
  readonly onMissing?: () => void;
}

const name = 'onnxruntime-node';
const installArguments = ['ci', '--ignore-scripts', '--omit=optional', '--no-audit', '--no-fund'];

/** The package's folder. @throws TEMPORARILY_UNAVAILABLE with the command that would put it there */
export async function onnxPackage(options: PackageOptions): Promise<string> {
  const beside = besideProgram();
  if (beside !== undefined) return beside;
  const version = (JSON.parse(await readFile(runtimeFile('onnx-runtime/package.json'), 'utf8')) as { version: string }).version;
  const home = join(options.cacheDir, `${name}-${version}-${process.platform}-${process.arch}`);
  const folder = join(home, 'node_modules', name);
  if (await isThere(folder)) return folder;
  options.onMissing?.();
  await fetchPackage(home, options);
  return folder;
}

function besideProgram(): string | undefined {
  try {
    return dirname(createRequire(runtimeFile('bin.js')).resolve(`${name}/package.json`));
  } catch (error) {
    if (errnoOf(error) !== 'MODULE_NOT_FOUND') throw error;
    return undefined;
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: unknown) => {
      if (errnoOf(error) !== 'ENOENT') throw error;
      return false;
    },
  );
}

/** Installed in a folder of its own and renamed when whole: of two processes that race, the second finds the place taken. */
async function fetchPackage(home: string, options: PackageOptions): Promise<void> {
  const staging = `${home}.${randomBytes(4).toString('hex')}`;
  await mkdir(staging, { recursive: true });
  try {
    for (const file of ['package.json', 'package-lock.json']) await copyFile(runtimeFile(`onnx-runtime/${file}`), join(staging, file));
    await promisify(execFile)('npm', installArguments, { cwd: staging, env: options.env, timeout: 600_000 });
    await pruneOtherPlatforms(join(staging, 'node_modules', name, 'bin', 'napi-v6'));
    await rename(staging, home).catch(async (error: unknown) => {
      if (errnoOf(error) !== 'ENOTEMPTY' && errnoOf(error) !== 'EEXIST') throw error;
    });
  } catch (error) {
    throw new MillwrightError(
      'TEMPORARILY_UNAVAILABLE',
      `the ONNX runtime is not installed and cannot be fetched. With a package registry in reach, run: mkdir -p '${home}' && cp '${runtimeFile('onnx-runtime')}'/* '${home}' && cd '${home}' && npm ${installArguments.join(' ')}`,
      { cause: error, details: { log: error instanceof Error ? error.message.slice(-4000) : String(error) } },
    );
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function pruneOtherPlatforms(folder: string): Promise<void> {
  for (const platform of await readdir(folder)) {
    if (platform !== process.platform) await rm(join(folder, platform), { recursive: true });
  }
  for (const arch of await readdir(join(folder, process.platform))) {
    if (arch !== process.arch) await rm(join(folder, process.platform, arch), { recursive: true });
  }
}
