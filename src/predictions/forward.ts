/** Records of a model served apart from its server, on their way there. */
import type { Spool } from '../backends/columns/port.ts';
import type { Clock } from '../lib/time.ts';
import type { SentRequest } from './ingest.ts';
import { LostRecords } from './lost-records.ts';
import { decodeRecord, encodeRecord } from './payload.ts';
import type { InferenceRecord, RecordSink } from './record.ts';
import { rowsOfRecord } from './rows.ts';
import { partToKeep, type RecordSettings } from './settings.ts';

interface RefusedRequests {
  readonly refused: number;
  /** Why, of the first ones. */
  readonly problems: readonly string[];
}

export interface ForwardOptions {
  /** Where records wait; the first takes new ones, the others are what processes before left behind. */
  readonly spools: readonly [Spool, ...Spool[]];
  /** Sends some requests. What it rejects with is tried again, what is refused for good it tells. */
  readonly send: (requests: readonly SentRequest[], signal: AbortSignal) => Promise<RefusedRequests>;
  readonly settings: () => RecordSettings;
  readonly clock: Clock;
  readonly log: { error(details: object, message: string): void };
  readonly delay: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface Forwarder extends RecordSink {
  /** Records that wait, that were sent, that the server refused for good, and that could not be kept and need not be. */
  counts(): { readonly waiting: number; readonly sent: number; readonly refused: number; readonly lost: number };
}

const batchBytes = 4 * 1024 * 1024;
const batchRequests = 1000;
const pauseMs = 1000;
const longestPauseMs = 60_000;
/** The end of the process may take so long: whoever ends it kills it after 30 s. */
const lastTryMs = 4000;

/** Keeps records as durably as a server does, and sends them on; a server that is away is tried again ever more rarely. */
export function forwardRecords(options: ForwardOptions): Forwarder {
  const { spools, settings, log } = options;
  const lost = new LostRecords(options);
  const stopping = new AbortController();
  let sent = 0;
  let refused = 0;

  async function send(payloads: readonly Buffer[], signal: AbortSignal): Promise<void> {
    for (const batch of batchesOf(payloads)) {
      const answer = await options.send(batch, signal);
      for (const problem of answer.problems) log.error({ err: problem }, 'the server refused a record for good');
      refused += answer.refused;
      sent += batch.length - answer.refused;
    }
  }

  async function sendAll(signal: AbortSignal): Promise<void> {
    for (const spool of spools) if (spool.waiting() > 0) await spool.drain((payloads) => send(payloads, signal));
  }

  async function run(): Promise<void> {
    for (let failures = 0; !stopping.signal.aborted;) {
      try {
        await sendAll(stopping.signal);
        if (failures > 0) log.error({}, 'records are sent again');
        failures = 0;
      } catch (error) {
        if (stopping.signal.aborted) return;
        failures += 1;
        if (failures === 1) log.error({ err: error }, 'records cannot be sent: they wait on the disk and are tried again');
      }
      await options.delay(Math.min(longestPauseMs, pauseMs * 2 ** failures), stopping.signal);
    }
  }

  const running = run().catch((error: unknown) => {
    if (!stopping.signal.aborted) log.error({ err: error }, 'records are not sent any more: they wait on the disk');
  });

  return {
    async append(record) {
      const { mask, ...kept } = settings();
      // Hashes are made where the key is: at the server.
      const dropped = Object.fromEntries(Object.entries(mask).filter(([, how]) => how === 'drop'));
      const part = partToKeep(record, { ...kept, mask: dropped }, new Uint8Array());
      if (part === undefined) return;
      try {
        await spools[0].append(encodeRecord(part));
      } catch (error) {
        if (kept.required) throw error;
        lost.add(record, error);
      }
    },
    counts: () => ({ waiting: spools.reduce((sum, spool) => sum + spool.waiting(), 0), sent, refused, lost: lost.total() }),
    async close() {
      stopping.abort();
      await running;
      await sendAll(AbortSignal.timeout(lastTryMs)).catch((error: unknown) => log.error({ err: error }, 'the last records were not sent'));
      for (const spool of spools) await spool.close();
    },
  };
}

function* batchesOf(payloads: readonly Buffer[]): Generator<SentRequest[]> {
  let batch: SentRequest[] = [];
  let bytes = 0;
  for (const payload of payloads) {
    const request = sentRequestOf(decodeRecord(payload));
    const size = Buffer.byteLength(JSON.stringify(request));
    if (batch.length > 0 && (bytes + size > batchBytes || batch.length === batchRequests)) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(request);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

function sentRequestOf(record: InferenceRecord): SentRequest {
  const rows = rowsOfRecord(record);
  const { model, error } = record;
  return {
    request_id: record.requestId,
    endpoint: record.endpoint,
    ...(model === undefined ? {} : { model: model.name }),
    ...(model === undefined || model.version === '' ? {} : { version: model.version }),
    ...(model?.runId === undefined ? {} : { run_id: model.runId }),
    at: record.at,
    latency_ms: record.latencyMs,
    status: record.status,
    ...(record.input === undefined ? {} : { features: rows.map(({ features }) => features ?? {}) }),
    ...(record.output === undefined ? {} : { prediction: rows.map(({ prediction }) => prediction) }),
    ...(error === undefined ? {} : { error: { code: error.code, message: error.message.slice(0, 65_536) } }),
  };
}
