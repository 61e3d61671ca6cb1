/** Composition root: configuration → back ends → domains. The only file that chooses implementations. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import pino, { type Logger } from 'pino';
import { createToken, hasAdminToken, hashToken, newToken, principalOfToken, reservedTokenNames, setOperatorToken } from './access/index.ts';
import { openBlobs } from './backends/blobs/open.ts';
import type { Blobs, BlobsLocation } from './backends/blobs/port.ts';
import { observeGroups } from './backends/db/metrics.ts';
import type { Db, ObserveGroup } from './backends/db/port.ts';
import { openPostgres } from './backends/db/postgres.ts';
import { openSqlite } from './backends/db/sqlite.ts';
import type { Inference } from './backends/inference/port.ts';
import { createLocks } from './backends/locks/flock.ts';
import type { Config } from './config.ts';
import { noContents, threadedContents, type DataContents } from './data/contents/index.ts';
import { randomIds, type Ids } from './lib/ids.ts';
import { Metrics } from './lib/metrics.ts';
import { addProcessMetrics } from './lib/process-metrics.ts';
import { systemClock, type Clock } from './lib/time.ts';
import { migrations } from './migrations/index.ts';
import { createIngest, type Ingest, type Records } from './predictions/index.ts';
import { artifactsFolder, databaseFile, openRecordsIn } from './records-app.ts';
import { digestInThread, type DigestFolder } from './registry/index.ts';
import { runtimeFile } from './runtime-files.ts';
import {
  checkParity,
  createHost,
  defaultSettings,
  loadModel,
  watchRecordSettings,
  type EndpointHost,
  type EndpointSettings,
  type LoadedModel,
  type ParityChecks,
  type RecordSettingsWatch,
} from './serving/index.ts';
import { ownState, readOwnerToken, type OwnedState } from './state-directory.ts';

/** What operations of the domains are given; each declares the part of it that it uses. */
export interface App {
  readonly db: Db;
  readonly blobs: Blobs;
  /** The bytes of data versions, where this server stands on a project. */
  readonly contents: DataContents;
  readonly digestFolder: DigestFolder;
  /** Inference records: kept, searched, counted. */
  readonly records: Records;
  /** How the endpoints keep them. */
  readonly recordSettings: RecordSettingsWatch;
  /** Keeps requests that models answered elsewhere. */
  readonly ingest: Ingest;
  /** The endpoints that this process serves. */
  readonly endpoints: EndpointHost;
  /** Compares the flavours of new model versions. */
  readonly parity: ParityChecks;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
  /** Figures of this process for `GET /metrics`; whoever has some adds them here. */
  readonly metrics: Metrics;
  /** Hashes of the one-time codes that the printed URLs carry. */
  readonly loginCodes: Set<string>;
  /** Where facts and bytes lie, for people: shown in Settings. */
  readonly storage: { readonly database: string; readonly artifacts: string };
  /** Secret of the process that owns the state: in the file `token`. */
  readonly ownerToken: string;
  /** Aborted when another process wants the state; undefined in a server that stays. */
  readonly giveWay: AbortController | undefined;
  close(): Promise<void>;
}

/** Takes the state directory for this process; undefined where another one owns it. */
export function takeState(directory: string): OwnedState | undefined {
  return ownState(directory, createLocks());
}

/** A code that turns one browser's visit into a session, once; it lives in this process only. */
export function newLoginCode(app: Pick<App, 'loginCodes'>): string {
  const code = randomBytes(16).toString('base64url');
  app.loginCodes.add(hashToken(code));
  return code;
}

/** Opens every back end on a state directory that this process owns. */
export async function openApp(stateDirectory: string, config: Config, giveWay?: AbortController): Promise<App> {
  const log = pino(
    { name: 'millwright', level: config.logLevel, redact: ['token', 'authorization', '*.authorization', '*.token'] },
    pino.destination({ dest: 2, sync: false }),
  );
  const metrics = new Metrics();
  addProcessMetrics(metrics);
  const db = await openDatabase(stateDirectory, config, observeGroups(metrics));
  const location = artifactsAt(stateDirectory, config);
  const blobs = await openBlobs(location);
  const contents = contentsOf(stateDirectory, config);
  const ownerToken = await ownerTokenOf(db, stateDirectory);
  const recordSettings = await watchRecordSettings({ db, log });
  const records = await openRecordsIn(stateDirectory, {
    db,
    blobs,
    log,
    settings: (workspaceId, endpoint) => recordSettings.of(workspaceId, endpoint),
  });
  recordSettings.removeOld(records);
  const inference = lazyInference(config, log);
  const serving = {
    db,
    blobs,
    inference: inference.get,
    clock: systemClock,
    ids: randomIds,
    log,
    modelCache: join(stateDirectory, 'models'),
  };
  const endpoints = createHost(serving);
  const parity = checkParity(serving);
  const app: App = {
    db,
    blobs,
    contents,
    endpoints,
    parity,
    digestFolder: digestInThread(runtimeFile('workers/digest.js'), location),
    records,
    recordSettings,
    ingest: createIngest(records),
    clock: systemClock,
    ids: randomIds,
    log,
    metrics,
    loginCodes: new Set(),
    storage: {
      database: config.databaseUrl === undefined ? 'SQLite' : 'PostgreSQL',
      artifacts: location.kind === 'filesystem' ? 'folder' : `s3://${location.bucket}/${location.prefix ?? ''}`,
    },
    ownerToken,
    giveWay,
    async close() {
      await Promise.all([endpoints.close(), parity.close()]);
      await recordSettings.close();
      await inference.close();
      await contents.close();
      await records.close();
      await db.close();
      await blobs.close();
    },
  };
  await app.db.write(setOperatorToken, {
    scope: { workspaceId: 1 },
    id: app.ids.uuid7(),
    hash: config.adminToken === undefined ? null : hashToken(config.adminToken),
    now: app.clock.now(),
  });
  return app;
}

/** Whether somebody made an administrator's token on purpose: what listening beyond loopback asks for. */
export function hasOperator(app: App): Promise<boolean> {
  return app.db.read(hasAdminToken, { now: app.clock.now() });
}

/** The token of the owner before, so that what it was given to goes on over a restart; a new one where there is none that holds. */
async function ownerTokenOf(db: Db, stateDirectory: string): Promise<string> {
  const now = systemClock.now();
  const before = readOwnerToken(stateDirectory);
  if (before !== undefined) {
    const principal = await db.read(principalOfToken, { hash: hashToken(before), now });
    if (principal?.name === reservedTokenNames.owner) return before;
  }
  const token = newToken();
  const name = reservedTokenNames.owner;
  const fixed = { scope: { workspaceId: 1 }, role: 'admin', stageRunId: null, expiresAt: null } as const;
  await db.write(createToken, { ...fixed, id: randomIds.uuid7(), hash: hashToken(token), name, now });
  return token;
}

/** Made when the first model is loaded: a server without endpoints has none of it. */
function lazyInference(config: Config, log: Pick<Logger, 'info'>): { readonly get: () => Promise<Inference>; close(): Promise<void> } {
  let made: Promise<Inference> | undefined;
  return {
    get: () => (made ??= openInference(config, (text) => log.info(text))),
    close: async () => (await made)?.close(),
  };
}

/** One model folder, running, for `millwright serve`: no state, no server. @throws MODEL_INVALID */
export async function openModel(
  config: Config,
  folder: string,
  label: string,
  settings: Partial<EndpointSettings>,
  signal: AbortSignal,
  /** Called where its Python environment has to be installed first. */
  onInstalling: () => void,
): Promise<{ readonly model: LoadedModel; close(): Promise<void> }> {
  const inference = await openInference(config, () => undefined, onInstalling);
  try {
    const model = await loadModel(inference, folder, label, { ...defaultSettings, ...settings }, signal);
    return { model, close: () => inference.close() };
  } catch (error) {
    await inference.close();
    throw error;
  }
}

async function openInference(config: Config, log: (text: string) => void, onInstalling?: () => void): Promise<Inference> {
  const [{ createInference }, { ensureEnvironment }] = await Promise.all([
    import('./backends/inference/inference.ts'),
    import('./backends/python/environment.ts'),
  ]);
  const { env, userCacheDir: cacheDir } = config;
  return createInference({
    cacheDir,
    env,
    log,
    ensureEnvironment(request) {
      const onMissing = (): void => {
        request.onMissing();
        onInstalling?.();
      };
      return ensureEnvironment({ ...request, onMissing, cacheDir: join(cacheDir, 'python'), env });
    },
  });
}

function openDatabase(stateDirectory: string, config: Config, observe: ObserveGroup): Promise<Db> {
  if (config.databaseUrl !== undefined) return openPostgres({ url: config.databaseUrl, connections: 10, migrations, observe });
  return openSqlite({ path: databaseFile(stateDirectory), threadFile: runtimeFile('writer.js'), readers: 2, observe });
}

/** A state that lies in a project, as `.millwright/` does, reads that project's cache and no other. */
function contentsOf(stateDirectory: string, { env }: Config): DataContents {
  const root = dirname(stateDirectory);
  if (!existsSync(join(root, '.dvc'))) return noContents;
  const needed = Object.entries(env).filter(([name]) => /^(DVC_|XDG_|HOME$)/.test(name));
  return threadedContents({ root, env: Object.fromEntries(needed) }, runtimeFile('workers/contents.js'));
}

function artifactsAt(stateDirectory: string, config: Config): BlobsLocation {
  if (config.artifactsUrl === undefined) return { kind: 'filesystem', root: artifactsFolder(stateDirectory) };
  const { bucket, prefix, endpoint } = config.artifactsUrl;
  const region = config.env['AWS_REGION'] ?? config.env['AWS_DEFAULT_REGION'];
  return {
    kind: 's3',
    bucket,
    prefix,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
  };
}
