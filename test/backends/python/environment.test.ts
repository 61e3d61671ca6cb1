import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ensureEnvironment, type EnvironmentRequest } from '../../../src/backends/python/environment.ts';

/** Its folder has uv and no `python3` of ours in front of it. */
const uv = join(import.meta.dirname, '../../../build/test-env/bin/uv');

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'python-env-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** A package without dependencies, as a folder that pip and uv install from without any index. */
async function project(name: string): Promise<string> {
  const folder = join(root, name);
  await mkdir(folder);
  await writeFile(join(folder, `${name}.py`), 'answer = 42\n');
  const wheel = `import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as wheel:
    wheel.writestr("${name}.py", "answer = 42\\n")
    wheel.writestr("${name}-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: ${name}\\nVersion: 1.0\\n")
    wheel.writestr("${name}-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr("${name}-1.0.dist-info/RECORD", "")
`;
  const path = join(root, `${name}-1.0-py3-none-any.whl`);
  execFileSync('python3', ['-c', wheel, path]);
  return path;
}

async function requirementsOf(...lines: string[]): Promise<string> {
  const path = join(root, 'requirements.txt');
  await writeFile(path, `${lines.join('\n')}\n`);
  return path;
}

const withUv = (): Record<string, string | undefined> => ({
  ...process.env,
  PATH: [join(root, 'bin'), process.env['PATH']].join(delimiter),
});
const withoutUv = (): Record<string, string | undefined> => {
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => !folder.includes('test-env'));
  return { ...process.env, PATH: path.join(delimiter), PIP_NO_INDEX: '1' };
};

async function linkUv(): Promise<void> {
  await access(uv);
  await mkdir(join(root, 'bin'));
  await writeFile(join(root, 'bin', 'uv'), `#!/bin/sh\necho "$@" >> ${root}/uv-calls\nexec ${uv} "$@"\n`);
  await chmod(join(root, 'bin', 'uv'), 0o755);
}

function answer(python: string, name: string): string {
  return execFileSync(python, ['-c', `import ${name}; print(${name}.answer)`], { encoding: 'utf8' }).trim();
}

describe.each(['uv', 'pip'])('with %s', (installer) => {
  async function request(wheel: string): Promise<EnvironmentRequest> {
    if (installer === 'uv' && !(await readdir(root)).includes('bin')) await linkUv();
    const env = installer === 'uv' ? withUv() : withoutUv();
    return { requirements: await requirementsOf(wheel), cacheDir: join(root, 'cache'), env };
  }

  test('an environment is built once and found again', async () => {
    const wheel = await project('parcel');
    const first = await ensureEnvironment(await request(wheel));
    expect(answer(first.python, 'parcel')).toBe('42');
    const said: string[] = [];
    const again = await ensureEnvironment({ ...(await request(`${wheel}  # the same, with a comment`)), onLog: (text) => said.push(text) });
    expect(again).toEqual(first);
    expect(said).toEqual([]);
    const calls = await readFile(join(root, 'uv-calls'), 'utf8').catch(() => '');
    expect(calls.includes('pip install')).toBe(installer === 'uv');
  });

  test('packages come with their bytecode', async () => {
    const { python } = await ensureEnvironment(await request(await project('parcel')));
    const where = execFileSync(python, ['-c', 'import sysconfig; print(sysconfig.get_path("purelib"))'], { encoding: 'utf8' }).trim();
    expect(await readdir(join(where, '__pycache__'))).toContainEqual(expect.stringMatching(/^parcel\..*\.pyc$/));
  });

  test('a failure shows the end of the log and leaves nothing that is taken for whole', async () => {
    const wheel = await project('parcel');
    const missing = wheel.replace('parcel-1.0', 'absent-1.0');
    await expect(ensureEnvironment(await request(missing))).rejects.toMatchObject({
      code: 'STAGE_FAILED',
      message: expect.stringContaining('absent-1.0'),
    });
    const [key] = await readdir(join(root, 'cache'));
    expect(await readdir(join(root, 'cache', key!))).toEqual(['lock']);
  });
});

test('two builders at once build once', async () => {
  await linkUv();
  const requirements = await requirementsOf(await project('parcel'));
  const request = { requirements, cacheDir: join(root, 'cache'), env: withUv() };
  const [one, two] = await Promise.all([ensureEnvironment(request), ensureEnvironment(request)]);
  expect(one).toEqual(two);
  expect((await readFile(join(root, 'uv-calls'), 'utf8')).match(/pip install/g)).toHaveLength(1);
});

test('a build that was killed outright is built again', async () => {
  await mkdir(join(root, 'bin'));
  await writeFile(
    join(root, 'bin', 'uv'),
    `#!/bin/sh\nfor last; do :; done; case $1 in venv) mkdir -p "$last/bin"; touch "$last/bin/python" ${root}/building; while [ -e ${root}/building ]; do sleep 0.1; done;; esac\n`,
  );
  await chmod(join(root, 'bin', 'uv'), 0o755);
  const requirements = await requirementsOf(await project('parcel'));
  const module = join(import.meta.dirname, '../../../src/backends/python/environment.ts');
  const script = `import { ensureEnvironment } from ${JSON.stringify(module)};
    await ensureEnvironment(${JSON.stringify({ requirements, cacheDir: join(root, 'cache'), env: withUv() })});`;
  const builder = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' });
  while (!(await readdir(root)).includes('building')) await delay(20);
  builder.kill('SIGKILL');
  await once(builder, 'exit');
  await rm(join(root, 'building'));
  await rm(join(root, 'bin'), { recursive: true });
  await linkUv();
  const { python } = await ensureEnvironment({ requirements, cacheDir: join(root, 'cache'), env: withUv() });
  expect(answer(python, 'parcel')).toBe('42');
});

test('an abort ends the installer', async () => {
  await mkdir(join(root, 'bin'));
  await writeFile(join(root, 'bin', 'uv'), `#!/bin/sh\ncase $1 in venv) echo $$; exec sleep 600;; esac\n`);
  await chmod(join(root, 'bin', 'uv'), 0o755);
  const requirements = await requirementsOf('');
  const controller = new AbortController();
  let pid = '';
  const building = ensureEnvironment({
    requirements,
    cacheDir: join(root, 'cache'),
    env: withUv(),
    signal: controller.signal,
    onLog: (text) => {
      pid = text.trim();
      controller.abort();
    },
  });
  await expect(building).rejects.toThrow('abort');
  expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH');
});

test('a Python and a requirements file that are not there are named', async () => {
  const request = { requirements: await requirementsOf(''), cacheDir: join(root, 'cache'), env: withoutUv() };
  await expect(ensureEnvironment({ ...request, python: '3.99' })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringMatching(/^Python 3\.99 is not there on PATH \(found 3\.\d+\.\d+/),
  });
  await expect(ensureEnvironment({ ...request, requirements: join(root, 'none.txt') })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('none.txt'),
  });
});
