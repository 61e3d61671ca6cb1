/** The serving domain on a real database and a folder of blobs, with a runtime of models that does what the test says. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filesystemBlobs } from '../../src/backends/blobs/filesystem.ts';
import type { Blobs } from '../../src/backends/blobs/port.ts';
import type { Db } from '../../src/backends/db/port.ts';
import { openSqlite } from '../../src/backends/db/sqlite.ts';
import type { Inference, ModelToLoad, Proof, Runtime } from '../../src/backends/inference/port.ts';
import { randomIds } from '../../src/lib/ids.ts';
import { createModel, findVersion, type ModelVersion } from '../../src/registry/index.ts';
import { createVersion } from '../../src/registry/writes.ts';
import type { HostContext } from '../../src/serving/deploy.ts';
import { addWorkspace } from '../support/seeded-state.ts';

export interface Scene extends HostContext {
  readonly clock: { time: number; now(): number };
  /** Of each problem told to the log: its message. */
  readonly told: string[];
  blobs: Blobs;
  prove: (model: ModelToLoad) => Promise<Proof>;
  /** Labels of what is loaded now. */
  readonly loaded: string[];
  /** Registers the next version of a model whose ONNX flavour stands in for another, to be compared. */
  register(workspaceId: number, name: string): Promise<number>;
  version(workspaceId: number, name: string, version?: number): Promise<ModelVersion>;
  close(): Promise<void>;
}

const mlmodel = `artifact_path: model
flavors:
  onnx:
    data: model.onnx
  python_function:
    loader_module: mlflow.sklearn
    env:
      virtualenv: python_env.yaml
saved_input_example_info:
  artifact_path: input_example.json
  type: dataframe
  pandas_orient: split
`;

/** What both flavours answer, unless a test says otherwise. */
export const proof: Proof = {
  output: { form: 'array', tensors: [{ name: '', datatype: 'FP64', shape: [1], data: Float64Array.of(1) }] },
  inputs: [],
  outputs: [],
};

export async function openScene(): Promise<Scene> {
  const folder = mkdtempSync(join(tmpdir(), 'millwright-serving-'));
  const db: Db = await openSqlite({
    path: join(folder, 'millwright.db'),
    threadFile: join(import.meta.dirname, '../support/seeding-thread.ts'),
    readers: 1,
  });
  await db.write(addWorkspace, { id: 2, name: 'other' });
  const stored = filesystemBlobs({ root: join(folder, 'blobs') });
  const told: string[] = [];
  const loaded: string[] = [];
  const inference: Inference = {
    prove: (model, _example, signal) => {
      const { promise: stopped, reject } = Promise.withResolvers<never>();
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      return Promise.race([stopped, scene.prove(model)]);
    },
    load: ({ label, flavor }) => {
      loaded.push(label);
      const close = async (): Promise<void> => void loaded.splice(loaded.indexOf(label), 1);
      return Promise.resolve({ ...proof, flavor, close } as Partial<Runtime> as Runtime);
    },
    close: () => Promise.resolve(),
  };
  const models = new Set<string>();
  const scene: Scene = {
    db,
    blobs: stored,
    prove: () => Promise.resolve(proof),
    inference: () => Promise.resolve(inference),
    clock: {
      time: 1_000_000,
      now() {
        return this.time;
      },
    },
    ids: randomIds,
    told,
    loaded,
    log: { info: () => undefined, error: (_: unknown, message?: string) => void told.push(message ?? '') },
    modelCache: join(folder, 'models'),
    async register(workspaceId, name) {
      const act = { scope: { workspaceId }, actor: 'test', now: scene.clock.now() };
      if (!models.has(`${workspaceId}/${name}`))
        await db.write(createModel, { ...act, id: randomIds.uuid7(), name, description: undefined, tags: [] });
      models.add(`${workspaceId}/${name}`);
      const place = `0/${name}/${randomIds.uuid7()}`;
      const files = { MLmodel: mlmodel, 'model.onnx': 'onnx', 'input_example.json': '{"columns": ["x"], "data": [[1]]}' };
      for (const [file, text] of Object.entries(files)) await stored.put(`${workspaceId}/artifacts/${place}/${file}`, Buffer.from(text));
      const location = `mlflow-artifacts:/${place}`;
      const nothing = { runId: undefined, runLink: undefined, loggedModelId: undefined, description: undefined, tags: [] };
      const version = { ...act, ...nothing, eventId: randomIds.uuid7(), name, source: location, storageLocation: location };
      return (await db.write(createVersion, { ...version, parity: 'check' })).version;
    },
    async version(workspaceId, name, version = 1) {
      return (await db.read(findVersion, { scope: { workspaceId }, name, version }))!;
    },
    async close() {
      await db.close();
      await stored.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
  return scene;
}
