/** Comparisons of two flavours whose store, or whose model, fails or hangs. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { MillwrightError } from '../../src/errors.ts';
import { parityRefusal } from '../../src/registry/parity.ts';
import { checkParity, type ParityChecks } from '../../src/serving/index.ts';
import { openScene, proof, type Scene } from './scene.ts';

let scene: Scene;
let checks: ParityChecks | undefined;
beforeEach(async () => {
  scene = await openScene();
});
afterEach(async () => {
  await checks?.close();
  checks = undefined;
  await scene.close();
});

const parityOf = async (workspaceId: number, name: string, version = 1) => (await scene.version(workspaceId, name, version)).parity!;

/** A store that cannot be listed until `mend` is called. */
function breakStore(): () => void {
  const { blobs } = scene;
  const away = (): Promise<never> => Promise.reject(new MillwrightError('TEMPORARILY_UNAVAILABLE', 's3://artifacts cannot be reached'));
  scene.blobs = { ...blobs, list: away, get: (...asked) => blobs.get(...asked) };
  return () => void (scene.blobs = blobs);
}

async function failedOnce(name: string): Promise<void> {
  await vi.waitFor(async () => expect((await parityOf(1, name)).message).toContain('try 1 failed'), { timeout: 60_000 });
}

test('a store that fails leaves the version pending, says why, and a gate refuses it; the check is made again when it is due', async () => {
  const mend = breakStore();
  await scene.register(1, 'twin');
  checks = checkParity(scene);
  await failedOnce('twin');
  const parity = await parityOf(1, 'twin');
  expect(parity).toMatchObject({
    state: 'pending',
    message:
      'ONNX is not compared with python_function yet: try 1 failed, another follows after 5 s or when a server starts (s3://artifacts cannot be reached)',
  });
  expect(parityRefusal(parity)).toContain('s3://artifacts cannot be reached');
  mend();
  scene.clock.time += 5000;
  checks.wake();
  await vi.waitFor(async () => expect((await parityOf(1, 'twin')).state).toBe('agrees'), { timeout: 60_000 });
  expect(parityRefusal(await parityOf(1, 'twin'))).toBeUndefined();
});

test('a server that starts makes what is put off at once', async () => {
  const mend = breakStore();
  await scene.register(1, 'twin');
  checks = checkParity(scene);
  await failedOnce('twin');
  await checks.close();
  mend();
  checks = checkParity(scene);
  await vi.waitFor(async () => expect((await parityOf(1, 'twin')).state).toBe('agrees'), { timeout: 60_000 });
});

test('a model whose process is killed every time is not compared after five tries, and says so', async () => {
  let tries = 0;
  scene.prove = () => {
    tries += 1;
    return Promise.reject(new MillwrightError('MODEL_INVALID', 'its process ended with SIGKILL', { details: { tryAgain: true } }));
  };
  await scene.register(1, 'twin');
  checks = checkParity(scene);
  for (let done = 1; done < 5; done += 1) {
    await vi.waitFor(async () => expect((await parityOf(1, 'twin')).message).toContain(`try ${done} failed`), { timeout: 60_000 });
    scene.clock.time += 3_600_000;
    checks.wake();
  }
  await vi.waitFor(
    async () =>
      expect(await parityOf(1, 'twin')).toMatchObject({
        state: 'unchecked',
        message: 'ONNX was not compared with python_function: its process ended with SIGKILL (tried 5 times)',
      }),
    { timeout: 60_000 },
  );
  expect(tries).toBe(5);
});

test('slow checks of one workspace leave room for another, and for at most two of its own', async () => {
  const begun: string[] = [];
  const { promise: released, resolve: release } = Promise.withResolvers<undefined>();
  scene.prove = async ({ label }) => {
    begun.push(label);
    if (label.startsWith('slow/')) await released;
    return proof;
  };
  for (let count = 0; count < 4; count += 1) await scene.register(1, 'slow');
  scene.clock.time += 1;
  await scene.register(2, 'quick');
  checks = checkParity(scene);
  await vi.waitFor(async () => expect((await parityOf(2, 'quick')).state).toBe('agrees'), { timeout: 60_000 });
  await vi.waitFor(() => expect(begun.filter((label) => label.startsWith('slow/'))).toHaveLength(2));
  expect((await parityOf(1, 'slow')).state).toBe('pending');
  release(undefined);
  for (const version of [1, 2, 3, 4])
    await vi.waitFor(async () => expect((await parityOf(1, 'slow', version)).state).toBe('agrees'), { timeout: 60_000 });
});
