/** Real models, saved by MLflow, behind the inference port; what `mlflow.pyfunc` answers stands beside each. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createInference, type InferenceOptions } from '../../../src/backends/inference/inference.ts';
import type { Inference, ModelToLoad, Runtime, RuntimeLimits } from '../../../src/backends/inference/port.ts';
import { proveOnnx } from '../../../src/backends/inference/prove-onnx.ts';
import { ensureEnvironment } from '../../../src/backends/python/environment.ts';
import { parseInvocation } from '../../../src/formats/scoring/parse-invocation.ts';
import { writePredictions } from '../../../src/formats/scoring/write-predictions.ts';
import type { ModelInput, ModelOutput, Tensor } from '../../../src/formats/tensor/tensor.ts';
import { testProgram } from '../../support/test-env.ts';

let root: string;
let inference: Inference;
const usual: RuntimeLimits = { workers: 1, queue: 64, timeoutMs: 60_000, memoryBytes: 4 * 1024 ** 3, batchRows: 64 };

function options(change: Partial<InferenceOptions> = {}): InferenceOptions {
  const python = testProgram('python');
  const environment = { python, binDir: dirname(python) };
  return { cacheDir: join(root, 'cache'), env: process.env, log: () => undefined, ensureEnvironment: async () => environment, ...change };
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'inference-'));
  await promisify(execFile)(testProgram('python'), [join(import.meta.dirname, 'make_models.py'), root]);
  inference = createInference(options());
});

afterAll(async () => {
  await inference.close();
  await rm(root, { recursive: true });
});

function model(name: string, change: Partial<ModelToLoad> = {}): ModelToLoad {
  const flavor = name.endsWith('-onnx') ? 'onnx' : 'python_function';
  const files = flavor === 'onnx' ? { onnxFile: 'model.onnx' } : { requirementsFile: 'requirements.txt' };
  return { label: `${name}/1`, folder: join(root, name), flavor, signature: undefined, ...files, ...change };
}

interface Known {
  readonly columns: Readonly<Record<string, readonly (number | string)[]>>;
  readonly answer: unknown;
}

async function known(name: string): Promise<Known> {
  return JSON.parse(await readFile(join(root, `${name}.json`), 'utf8')) as Known;
}

function input(columns: Known['columns']): ModelInput {
  const tensors = Object.entries(columns).map(([name, values]): Tensor => {
    const text = typeof values[0] === 'string';
    const shape = [values.length];
    return text
      ? { name, datatype: 'BYTES', shape, data: values as string[] }
      : { name, datatype: 'FP64', shape, data: Float64Array.from(values as number[]) };
  });
  return { form: 'columns', tensors, rows: tensors[0]!.shape[0]!, params: undefined };
}

function wish(...wishes: string[]): ModelInput {
  return input({ wish: wishes });
}

/** The answer as MLflow's scoring server would write it. */
function plain(output: ModelOutput): unknown {
  if (output.form === 'json') return JSON.parse(output.text);
  const lists = output.tensors.map(({ data }) =>
    Array.from(data as ArrayLike<unknown>, (value) => (typeof value === 'bigint' ? Number(value) : value)),
  );
  if (output.form === 'array') return lists[0];
  return lists[0]!.map((_, row) => Object.fromEntries(output.tensors.map(({ name }, index) => [name, lists[index]![row]])));
}

function expectClose(actual: unknown, expected: unknown): void {
  if (typeof expected === 'number') {
    expect(actual).toBeTypeOf('number');
    expect(Math.abs((actual as number) - expected)).toBeLessThanOrEqual(1e-6 * Math.max(Math.abs(expected), 1e-3));
  } else if (typeof expected === 'object' && expected !== null) {
    expect(Object.keys(actual as object)).toEqual(Object.keys(expected));
    for (const [key, value] of Object.entries(expected)) expectClose((actual as Record<string, unknown>)[key], value);
  } else expect(actual).toBe(expected);
}

async function withRuntime(one: ModelToLoad, limits: Partial<RuntimeLimits>, use: (runtime: Runtime) => Promise<void>): Promise<void> {
  const runtime = await inference.load(one, { ...usual, ...limits }, undefined);
  try {
    await use(runtime);
  } finally {
    await runtime.close();
  }
}

const both = ['linear-onnx', 'linear-sklearn', 'forest-onnx', 'forest-sklearn', 'classifier-onnx', 'words-onnx'];

describe.each(both)('%s', (name) => {
  test('answers what mlflow.pyfunc answers, proved and loaded', async () => {
    const { columns, answer } = await known(name);
    const proof = await inference.prove(model(name), input(columns));
    expectClose(plain(proof.output!), answer);
    const runtime = await inference.load(model(name), usual, input(columns));
    expect(runtime.stats().ready).toBe(true);
    expect(
      runtime.outputs.map((output) => output.name),
      'each can be asked for by its name',
    ).not.toContain('');
    const answers = await Promise.all(Array.from({ length: 20 }, () => runtime.predict(input(columns))));
    for (const one of answers) expectClose(plain(one), answer);
    await runtime.close();
    await expect(runtime.predict(input(columns))).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });
  });
});

test('an ONNX model that stands in for another flavour answers as that one does', async () => {
  const { columns, answer } = await known('forest-sklearn');
  const outputs = { kind: 'columns' as const, columns: [{ name: undefined, type: 'double' as const, required: true }] };
  const { output, outputs: told } = await inference.prove(
    model('forest-onnx', { answer: 'twin', signature: { inputs: undefined, outputs, params: [] } }),
    input(columns),
  );
  expect(output).toMatchObject({ form: 'array', tensors: [{ datatype: 'FP64', shape: [5] }] });
  expect(told).toMatchObject([{ datatype: 'FP64', shape: [-1] }]);
  expectClose(plain(output!), answer);
});

test('an ONNX model of half-precision numbers is given their bits, and numbers rounded to them', async () => {
  const bits = Uint16Array.from([0x2e66, 0x7bff, 0x8001, 0x7e00]);
  const given: Tensor = { name: 'given', datatype: 'FP16', shape: [4], data: bits };
  await withRuntime(model('half-onnx'), {}, async (runtime) => {
    const output = await runtime.predict({ form: 'tensors', tensors: [given], rows: 4, params: undefined });
    expect(output).toEqual({ form: 'columns', tensors: [{ ...given, name: 'same' }] });
    const { input: invoked } = parseInvocation(Buffer.from('{"inputs": [0.1, 65504, null]}'), undefined, undefined, runtime.inputs);
    expect(writePredictions(await runtime.predict(invoked))).toBe('{"predictions": {"same": [0.0999755859375, 65504.0, null]}}');
    const frame = Buffer.from('{"dataframe_split": {"columns": ["given"], "data": [[1], [2.5]]}}');
    const { input: columns } = parseInvocation(frame, undefined, undefined, runtime.inputs);
    expect(writePredictions(await runtime.predict(columns))).toBe('{"predictions": [{"same": 1.0}, {"same": 2.5}]}');
  });
});

test('an ONNX model refuses columns that are missing or of another type, and keeps the buffers of the caller', async () => {
  const { columns } = await known('linear-onnx');
  await withRuntime(model('linear-onnx'), {}, async (runtime) => {
    const { x0: _, ...fewer } = columns;
    await expect(runtime.predict(input(fewer))).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      details: { problems: [{ expected: '8 columns', got: '7' }] },
    });
    const texts = { ...columns, x3: ['a', 'b', 'c', 'd', 'e'] };
    await expect(runtime.predict(input(texts))).rejects.toMatchObject({ code: 'INPUT_INVALID', message: "'x3': expected FP64, got BYTES" });
    const good = input(columns);
    await runtime.predict(good);
    expect(plain({ form: 'array', tensors: good.form === 'json' ? [] : good.tensors })).toEqual(columns['x0']);
  });
});

test.each([0, 10, 2000])('an ONNX file cut off after %i bytes is refused, with the reason', async (size) => {
  const folder = join(root, `cut-${size}`);
  await cp(join(root, 'forest-onnx'), folder, { recursive: true });
  await truncate(join(folder, 'model.onnx'), size);
  const cut = model('forest-onnx', { folder });
  await expect(inference.prove(cut, undefined)).rejects.toMatchObject({
    code: 'MODEL_INVALID',
    message: expect.stringMatching(/^forest-onnx\/1: .*model\.onnx/) as string,
  });
  await expect(inference.load(cut, usual, undefined)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
});

test('a Python model whose pickle is garbage is refused with what Python said', async () => {
  const folder = join(root, 'garbage');
  await cp(join(root, 'linear-sklearn'), folder, { recursive: true });
  await writeFile(join(folder, 'model.pkl'), 'garbage');
  const proof = inference.prove(model('linear-sklearn', { folder }), undefined);
  await expect(proof).rejects.toMatchObject({ code: 'MODEL_INVALID', details: { log: expect.stringContaining('Traceback') as string } });
});

test('an environment that cannot be installed is refused with the installer’s log', async () => {
  const folder = join(root, 'offline');
  await cp(join(root, 'linear-sklearn'), folder, { recursive: true });
  await writeFile(join(folder, 'requirements.txt'), 'no-such-package-of-ours==1.0\n');
  const env = { ...process.env, PIP_NO_INDEX: '1', UV_OFFLINE: '1', UV_NO_INDEX: '1' };
  const offline = createInference(
    options({
      ensureEnvironment: (request) =>
        ensureEnvironment({ ...request, python: testProgram('python'), cacheDir: join(root, 'environments'), env }),
    }),
  );
  const proof = offline.prove(model('linear-sklearn', { folder }), undefined);
  await expect(proof).rejects.toMatchObject({
    code: 'MODEL_INVALID',
    details: { log: expect.stringContaining('no-such-package-of-ours') as string },
  });
  await offline.close();
});

test('a runtime that aborts the process it is in is refused with the signal and its last words', async () => {
  // No ONNX file is known that makes the real one abort: this one does so as it is loaded.
  const packageFolder = join(root, 'aborting-runtime');
  await mkdir(packageFolder);
  await writeFile(join(packageFolder, 'package.json'), '{"name":"aborting","main":"index.js"}');
  await writeFile(join(packageFolder, 'index.js'), "require('node:fs').writeSync(2, 'free(): invalid pointer'); process.abort();");
  const source = { packageFolder, file: join(root, 'linear-onnx', 'model.onnx') };
  const limits = { timeoutMs: 60_000, memoryBytes: 4 * 1024 ** 3 };
  await expect(proveOnnx(model('linear-onnx'), source, undefined, limits, undefined)).rejects.toMatchObject({
    code: 'MODEL_INVALID',
    message: 'linear-onnx/1: its process ended with SIGABRT',
    details: { log: expect.stringContaining('free(): invalid pointer') as string },
  });
});

test('a model that takes more memory or time than a proof may is refused, saying so', async () => {
  const source = { packageFolder: join(root, 'endless-runtime'), file: join(root, 'linear-onnx', 'model.onnx') };
  await mkdir(source.packageFolder);
  await writeFile(join(source.packageFolder, 'package.json'), '{"name":"endless","main":"index.js"}');
  await writeFile(join(source.packageFolder, 'index.js'), 'for (;;);');
  const small = proveOnnx(model('linear-onnx'), source, undefined, { timeoutMs: 60_000, memoryBytes: 1 << 20 }, undefined);
  await expect(small).rejects.toMatchObject({
    code: 'MODEL_INVALID',
    message: expect.stringContaining('1048576 bytes of memory') as string,
  });
  const short = proveOnnx(model('linear-onnx'), source, undefined, { timeoutMs: 500, memoryBytes: 4 * 1024 ** 3 }, undefined);
  await expect(short).rejects.toMatchObject({ code: 'MODEL_INVALID', message: expect.stringContaining('within 500 ms') as string });
});

describe('an unkind Python model', () => {
  test('prints what it likes without harm to its answer', async () => {
    await withRuntime(model('unkind'), {}, async (runtime) => {
      expect(plain(await runtime.predict(wish('print', 'hello')))).toEqual([
        expect.stringMatching(/:print$/),
        expect.stringMatching(/:hello$/),
      ]);
    });
  });

  test('raises: the caller learns the last line and the log, and the next call is answered', async () => {
    await withRuntime(model('unkind'), {}, async (runtime) => {
      const failed = runtime.predict(wish('raise'));
      await expect(failed).rejects.toMatchObject({
        code: 'MODEL_FAILED',
        message: 'unkind/1: ValueError: no such wish',
        details: { log: expect.stringContaining('Traceback') as string },
      });
      await expect(runtime.predict(wish('a'))).resolves.toMatchObject({ form: 'array' });
      expect(runtime.stats().restarts).toBe(0);
    });
  });

  test('dies in the middle of a call: that call is refused at once, the others are answered', async () => {
    await withRuntime(model('unkind'), { workers: 2, batchRows: 1 }, async (runtime) => {
      const calls = ['die', 'a', 'b', 'c'].map((one) => runtime.predict(wish(one)));
      const [died, ...others] = await Promise.allSettled(calls);
      expect(died).toMatchObject({ status: 'rejected', reason: { code: 'TEMPORARILY_UNAVAILABLE' } });
      expect(others.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
    });
  });

  test('sleeps past the deadline: its worker is replaced, and calls behind it are answered', async () => {
    await withRuntime(model('unkind'), { timeoutMs: 15_000, batchRows: 1 }, async (runtime) => {
      const asleep = runtime.predict(wish('sleep'));
      await expect(asleep).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
      await expect(runtime.predict(wish('b'))).resolves.toMatchObject({ form: 'array' });
      expect(runtime.stats().restarts).toBe(1);
    });
  });

  test('forks: the child does not answer, and does not outlive the model', async () => {
    let pid = '';
    await withRuntime(model('unkind'), {}, async (runtime) => {
      const [answer] = plain(await runtime.predict(wish('fork'))) as [string];
      pid = answer.split(':')[0]!;
      expect(plain(await runtime.predict(wish('a')))).toEqual([`${pid}:a`]);
    });
    expect(await groupMembers(pid)).toEqual([]);
  });

  test('leaks: its worker is replaced, and the answer is given', async () => {
    await withRuntime(model('unkind'), { memoryBytes: 500 << 20 }, async (runtime) => {
      const [leaked] = plain(await runtime.predict(wish('leak'))) as [string];
      await expect.poll(() => runtime.stats().restarts, { timeout: 30_000 }).toBe(1);
      const [next] = plain(await runtime.predict(wish('a'))) as [string];
      expect(next.split(':')[0]).not.toBe(leaked.split(':')[0]);
    });
  });

  test('has a full queue: who comes then is refused with the seconds to wait', async () => {
    const runtime = await inference.load(model('unkind'), { ...usual, queue: 2, batchRows: 1, timeoutMs: 2000 }, undefined);
    const calls = Array.from({ length: 4 }, () => runtime.predict(wish('sleep')));
    const ends = Promise.allSettled(calls);
    await expect(calls[3]).rejects.toMatchObject({
      code: 'TOO_MANY_REQUESTS',
      details: { retryAfterSeconds: expect.any(Number) as number },
    });
    expect((await ends).map((end) => (end.status === 'rejected' ? (end.reason as { code: string }).code : 'answered'))).toEqual([
      'DEADLINE_EXCEEDED',
      'TEMPORARILY_UNAVAILABLE',
      'TEMPORARILY_UNAVAILABLE',
      'TOO_MANY_REQUESTS',
    ]);
    await runtime.close();
  });

  test('gets a bad row joined with good ones: only its caller is refused', async () => {
    await withRuntime(model('unkind'), {}, async (runtime) => {
      const ends = await Promise.allSettled(['a', 'b', 'raise', 'c'].map((one) => runtime.predict(wish(one))));
      expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    });
  });
});

async function groupMembers(group: string): Promise<string[]> {
  const members: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const [state, , processGroup] = stat.split(') ')[1]?.split(' ') ?? [];
    // What nobody waited for is a line in a table, not a process.
    if (processGroup === group && state !== 'Z') members.push(pid);
  }
  return members;
}
