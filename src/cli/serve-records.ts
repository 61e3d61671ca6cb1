import { resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { millwrightApi } from '../../sdk/src/index.ts';
import { MillwrightError } from '../errors.ts';
import type { ForwardedRecords, Forwarding, OwnedRecords } from '../records-app.ts';
import type { Io } from './command.ts';
import { callOf, type Api } from './remote.ts';
import { sendEach } from './send-each.ts';
import { requireServer } from './project-server.ts';

type Log = Forwarding['log'];
type Settings = ReturnType<Forwarding['settings']>;

/** Where the records of `millwright serve` go. */
export interface KeptRecords {
  /** Undefined where none are kept. */
  readonly records: OwnedRecords['records'] | ForwardedRecords['records'] | undefined;
  close(): Promise<void>;
}

/** @param endpoint undefined where no server knows the model @param wanted a folder, `false` for none */
export async function keepRecords(wanted: string | boolean | undefined, endpoint: string | undefined, io: Io): Promise<KeptRecords> {
  const log: Log = {
    error: (details, message) => io.stderr(`${message}${'err' in details ? `: ${messageOf(details.err)}` : ''}\n`),
  };
  if (typeof wanted === 'string') return keepInFolder(resolve(io.cwd, wanted), log, io);
  if (wanted === false) return keepNone('--no-records', io);
  if (endpoint === undefined) return keepNone('name a folder for them with --records', io);
  return sendToServer(endpoint, log, io);
}

function keepNone(why: string, io: Io): KeptRecords {
  io.stderr(`No inference records are kept: ${why}.\n`);
  return { records: undefined, close: async () => undefined };
}

/** @throws STATE_LOCKED where another process keeps its records there */
async function keepInFolder(directory: string, log: Log, io: Io): Promise<KeptRecords> {
  const { openRecordsFolder } = await import('../records-app.ts');
  const owned = await openRecordsFolder(directory, { log, settings: () => undefined });
  io.stderr(`Inference records are kept in ${directory}.\n`);
  return owned;
}

async function sendToServer(endpoint: string, log: Log, io: Io): Promise<KeptRecords> {
  const server = await requireServer(io);
  // It goes on after the command was told to end, and no answer is waited for without end.
  const apiUntil = (signal?: AbortSignal): Api =>
    millwrightApi(callOf(server, AbortSignal.any([...(signal === undefined ? [] : [signal]), AbortSignal.timeout(answerMs)])));
  if (!(await maySend(apiUntil(io.signal))))
    return keepNone(
      `the token may not send them to ${server.url}; set MILLWRIGHT_TOKEN to one of the role editor, or name a folder with --records`,
      io,
    );
  const { openForwarding } = await import('../records-app.ts');
  const settings = await followSettings(apiUntil, endpoint, io);
  const send: Forwarding['send'] = (requests, signal) => sendBatch(() => apiUntil(signal), requests);
  const forwarding = await openForwarding({ server: server.url, endpoint, userDataDir: io.config.userDataDir, send, settings, log });
  io.stderr(`Inference records are sent to ${server.url}.\n`);
  return {
    records: forwarding.records,
    async close() {
      await forwarding.close();
      const { sent, waiting, refused, lost } = forwarding.records.counts();
      const rest =
        waiting === 0
          ? ''
          : `; ${waiting} wait in ${forwarding.folder} and are sent by the next \`millwright serve\` of '${endpoint}' here`;
      io.stderr(
        `${sent} ${sent === 1 ? 'record was' : 'records were'} sent to ${server.url}${rest}${refused === 0 ? '' : `; the server refused ${refused}`}${lost === 0 ? '' : `; ${lost} could not be kept`}.\n`,
      );
    },
  };
}

/** An empty batch asks for the permission alone. */
async function maySend(api: Api): Promise<boolean> {
  try {
    await api.sendPredictions([]);
    return true;
  } catch (error) {
    if (error instanceof MillwrightError && (error.code === 'PERMISSION_DENIED' || error.code === 'UNAUTHENTICATED')) return false;
    throw error;
  }
}

async function sendBatch(api: () => Api, requests: Parameters<Forwarding['send']>[0]): Promise<Awaited<ReturnType<Forwarding['send']>>> {
  const { kept, alreadyThere, problems } = await sendEach(api, requests);
  return {
    refused: requests.length - kept - alreadyThere,
    problems: problems.map(({ line, message }) => `${requests[line - 1]?.request_id ?? line}: ${message}`),
  };
}

const settingsEveryMs = 10_000;
const answerMs = 30_000;

/** The endpoint's settings as the server has them, asked again and again until the command ends; all is kept where it has no such endpoint. */
async function followSettings(apiUntil: (signal: AbortSignal) => Api, endpoint: string, io: Io): Promise<() => Settings> {
  const { keepEverything } = await import('../records-app.ts');
  const ask = async (): Promise<Settings> => {
    try {
      const { keepDays, ...kept } = (await apiUntil(io.signal).endpoint(endpoint)).endpoint.records;
      return { ...kept, ...(keepDays === null ? {} : { keepDays }) };
    } catch (error) {
      if (error instanceof MillwrightError && error.code === 'RESOURCE_DOES_NOT_EXIST') return keepEverything;
      throw error;
    }
  };
  let known = await ask();
  const follow = async (): Promise<void> => {
    while (!io.signal.aborted) {
      await setTimeout(settingsEveryMs, undefined, { signal: io.signal, ref: false });
      // While the server is away, what is known holds.
      known = await ask().catch(() => known);
    }
  };
  follow().catch((error: unknown) => {
    if (!io.signal.aborted) io.stderr(`the settings of records are not followed any more: ${messageOf(error)}\n`);
  });
  return () => known;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
