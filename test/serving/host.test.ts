/** Deployments that do not come to their end, of one server and of two on one database. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Principal } from '../../src/access/index.ts';
import type { Db } from '../../src/backends/db/port.ts';
import { MillwrightError } from '../../src/errors.ts';
import { keepEverything } from '../../src/predictions/index.ts';
import {
  createHost,
  declareEndpoints,
  defaultSettings,
  describeEndpoints,
  listDeployments,
  type EndpointHost,
} from '../../src/serving/index.ts';
import { removeEndpoint, rollBackEndpoint } from '../../src/serving/index.ts';
import { problemOf, stateOf } from '../../src/serving/index.ts';
import { openScene, proof, type Scene } from './scene.ts';

const scope = { workspaceId: 1 };
const principal = { workspaceId: 1, name: 'ann', role: 'admin' } as Principal;
const patience = { timeout: 60_000 };
let scene: Scene;
const hosts: EndpointHost[] = [];
beforeEach(async () => {
  scene = await openScene();
  await scene.register(1, 'energy');
  await scene.register(1, 'energy');
});
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close()));
  await scene.close();
});

function start(db: Db = scene.db): EndpointHost {
  const host = createHost({ ...scene, db });
  hosts.push(host);
  return host;
}

const change = () => ({ principal, now: (scene.clock.time += 1), auditId: scene.ids.uuid7() });
const declare = (version: number) => {
  const follows = { model: 'energy', kind: 'version', name: String(version) } as const;
  const endpoints = [{ name: 'load', follows, settings: { ...defaultSettings, runtime: 'onnx' as const }, records: keepEverything }];
  return scene.db.write(declareEndpoints, { ...change(), project: 'p', endpoints });
};
const deployments = async () =>
  (await scene.db.read(listDeployments, { scope, endpoint: 'load', limit: 50 })).map(({ version, state, message, endedAt }) => ({
    version,
    state,
    message,
    ended: endedAt !== undefined,
  }));
const liveOn = (host: EndpointHost): number | undefined => host.find(scope, 'load')?.version.version;

/** A host that is in the middle of trying version 2; whoever tries it later is not kept. */
async function trying(db?: Db): Promise<EndpointHost> {
  await declare(1);
  const host = start(db);
  await vi.waitFor(() => expect(liveOn(host)).toBe(1), patience);
  scene.prove = () => new Promise(() => undefined);
  await declare(2);
  host.wake();
  await vi.waitFor(() => expect(host.preparing(scope, 'load')).toMatchObject({ version: 2, step: 'proving' }), patience);
  scene.prove = () => Promise.resolve(proof);
  return host;
}

test('a version that another one overtakes is given up, saying for which', async () => {
  const host = await trying();
  await scene.register(1, 'energy');
  await declare(3);
  host.wake();
  await vi.waitFor(() => expect(liveOn(host)).toBe(3), patience);
  const [newest, tried] = await vi.waitFor(async () => {
    const found = await deployments();
    expect(found[0]).toMatchObject({ version: 3, state: 'live' });
    return found;
  }, patience);
  expect(newest).toMatchObject({ ended: false });
  const message = "version 3 of 'energy' was to be served instead (declared)";
  expect(tried).toEqual({ version: 2, state: 'given up', message, ended: true });
  expect(scene.loaded.toSorted()).toEqual(['energy/1', 'energy/3']);
});

test('a version whose server ends is given up, saying so', async () => {
  const host = await trying();
  await host.close();
  expect((await deployments())[0]).toEqual({ version: 2, state: 'given up', message: 'its server ended before it was ready', ended: true });
  expect(scene.loaded).toEqual([]);
});

test('a version whose endpoint is removed is given up, and nothing of it stays loaded', async () => {
  const host = await trying();
  await scene.db.write(removeEndpoint, { ...change(), name: 'load' });
  host.wake();
  await vi.waitFor(() => expect(liveOn(host)).toBeUndefined(), patience);
  await vi.waitFor(
    async () => expect((await deployments())[0]).toMatchObject({ state: 'given up', message: 'the endpoint was removed' }),
    patience,
  );
  await vi.waitFor(() => expect(scene.loaded).toEqual([]), patience);
});

test('of a server that was killed the other one says that its version was given up, and stands well itself', async () => {
  let dead = false;
  const { db } = scene;
  const gone = (): Promise<never> => Promise.reject(new Error('it is dead'));
  await trying({
    ...db,
    read: (...asked) => (dead ? gone() : db.read(...asked)),
    write: (...asked) => (dead ? gone() : db.write(...asked)),
  });
  dead = true;
  const other = start();
  await vi.waitFor(() => expect(liveOn(other)).toBe(2), patience);
  const states = async () => (await deployments()).map(({ version, state }) => `${version} ${state}`);
  await vi.waitFor(async () => expect(await states()).toEqual(['2 live', '2 proving', '1 retired']), patience);
  scene.clock.time += 15_000;
  await vi.waitFor(async () => expect(await states()).toEqual(['2 live', '2 given up', '1 retired']), patience);
  expect((await deployments())[1]).toMatchObject({ message: 'its server ended before it was ready', ended: true });
  const { since } = other.find(scope, 'load')!;
  const running = [{ name: 'load', model: 'energy', version: 2 }];
  const [facts] = await scene.db.read(describeEndpoints, { scope, running, owner: other.owner });
  expect(stateOf(facts!, { version: 2, since, ready: true })).toBe('serving');
  expect(problemOf(facts!, { since })).toBeUndefined();
});

test('a version that answers is written down as soon as the database takes it', async () => {
  let refusals = 2;
  const db: Db = {
    ...scene.db,
    write: (operation, input) => {
      if (operation.name === 'serving.endDeployment' && refusals-- > 0) return Promise.reject(new Error('the database is away'));
      return scene.db.write(operation, input);
    },
  };
  await declare(1);
  const host = start(db);
  await vi.waitFor(() => expect(liveOn(host)).toBe(1), patience);
  await vi.waitFor(async () => expect((await deployments())[0]).toMatchObject({ state: 'live', ended: false }), patience);
});

test('a rollback finds the version before, however often servers began anew since', async () => {
  await declare(1);
  const first = start();
  await vi.waitFor(() => expect(liveOn(first)).toBe(1), patience);
  await declare(2);
  first.wake();
  await vi.waitFor(() => expect(liveOn(first)).toBe(2), patience);
  for (let starts = 0; starts < 4; starts += 1) {
    const host = start();
    await vi.waitFor(() => expect(liveOn(host)).toBe(2), patience);
    await host.close();
  }
  expect(await scene.db.write(rollBackEndpoint, { ...change(), name: 'load', reason: 'worse' })).toEqual({ version: 1 });
  await first.reconcile(scope, 'load');
  expect(liveOn(first)).toBe(1);
});

test('a version that a store kept from being loaded is tried again, one that is to blame itself is not', async () => {
  scene.prove = () => Promise.reject(new MillwrightError('TEMPORARILY_UNAVAILABLE', 's3://artifacts cannot be reached'));
  await declare(1);
  const host = start();
  const failure = { version: 1, state: 'failed', message: 's3://artifacts cannot be reached (tried again after 5 s)', ended: true };
  await vi.waitFor(async () => expect(await deployments()).toEqual([failure]), patience);
  await host.reconcile(scope, 'load');
  expect(await deployments()).toHaveLength(1);
  scene.prove = () => Promise.reject(new MillwrightError('MODEL_INVALID', 'it is cut off'));
  scene.clock.time += 5000;
  await host.reconcile(scope, 'load');
  expect(await deployments()).toEqual([{ ...failure, message: 'it is cut off' }, failure]);
  scene.clock.time += 3_600_000;
  await host.reconcile(scope, 'load');
  expect(await deployments()).toHaveLength(2);
});

test('a version whose environment could not be installed is tried again, ever more rarely, until it can', async () => {
  const details = { tryAgain: true, log: 'no route to the package index' };
  scene.prove = () => Promise.reject(new MillwrightError('MODEL_INVALID', 'energy/1: uv ended with 2', { details }));
  await declare(1);
  const host = start();
  for (const [tries, seconds] of [5, 10, 20].entries()) {
    const message = `energy/1: uv ended with 2 (tried again after ${seconds} s)`;
    await vi.waitFor(async () => expect((await deployments())[0]).toEqual({ version: 1, state: 'failed', message, ended: true }), patience);
    expect(await deployments()).toHaveLength(tries + 1);
    expect(host.triesAgainAt(scope, 'load')).toBe(scene.clock.time + seconds * 1000);
    scene.clock.time += seconds * 1000 - 1;
    await host.reconcile(scope, 'load');
    expect(await deployments()).toHaveLength(tries + 1);
    if (seconds === 20) scene.prove = () => Promise.resolve(proof);
    scene.clock.time += 1;
    await host.reconcile(scope, 'load');
  }
  expect((await deployments())[0]).toMatchObject({ state: 'live' });
  expect(host.triesAgainAt(scope, 'load')).toBeUndefined();
});
