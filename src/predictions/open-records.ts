import type { Scope } from '../access/index.ts';
import type { Columns, SealedFile } from '../backends/columns/port.ts';
import type { Db } from '../backends/db/port.ts';
import type { Clock } from '../lib/time.ts';
import { factsOf } from './columns-table.ts';
import { LostRecords } from './lost-records.ts';
import { OpenCounts } from './open-counts.ts';
import { decodeRecord, encodeRecord } from './payload.ts';
import { countSealedPredictions, filesOlderThan, pendingRemovals, sealedSegments, type VersionCount } from './queries.ts';
import type { InferenceRecord, RecordSink } from './record.ts';
import type { PredictionRow } from './rows.ts';
import * as search from './search.ts';
import { keepEverything, partToKeep, type RecordSettings } from './settings.ts';
import { endRemoval, forgetFiles, recordSealedFiles } from './writes.ts';

export interface RecordsOptions {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: { error(details: object, message: string): void };
  /** Of an endpoint of a workspace; all is kept, and required, where there are none. */
  readonly settings: (workspaceId: number, endpoint: string) => RecordSettings | undefined;
  /** Secret of this installation: what the hashes of masked values are keyed with. */
  readonly maskKey: Uint8Array;
  /** Opens the store with the hooks that keep the database in step with it: `openColumns` with its folder, blobs and thread. */
  readonly openColumns: (hooks: ColumnsHooks) => Promise<Columns>;
}

export interface ColumnsHooks {
  readonly now: () => number;
  readonly found: (segment: string, payload: Buffer) => void;
  readonly sealed: (segment: string, files: readonly SealedFile[]) => Promise<void>;
  readonly alreadySealed: (segments: readonly string[]) => Promise<readonly string[]>;
  readonly failed: (error: unknown, doing: string) => void;
}

/** Searches over records, also those that another process takes. */
export interface RecordReader {
  search(scope: Scope, query: search.PredictionSearch): Promise<search.PredictionPage>;
  findRequest(scope: Scope, requestId: string): Promise<PredictionRow[]>;
}

export function readRecords(stores: { readonly columns: Pick<Columns, 'query'>; readonly db: Pick<Db, 'read'> }): RecordReader {
  return {
    search: (scope, query) => search.searchPredictions(stores, scope, query),
    findRequest: (scope, requestId) => search.findRequest(stores, scope, requestId),
  };
}

/** Inference records: the sink of serving, and the searches over what it took. */
export interface Records extends RecordSink, RecordReader {
  knownRequests(scope: Scope, requestIds: readonly string[]): Promise<Set<string>>;
  traffic(scope: Scope, span: { endpoint: string; from: number; to: number; bucketMs: number }): Promise<search.TrafficBucket[]>;
  /** How many predictions rest on each version, by endpoint, first and last; versions without any are left out. Opens no Parquet file. */
  countPredictionsOfVersions(scope: Scope, versions: readonly { name: string; version: string }[]): Promise<VersionCount[]>;
  /** The same of a span of time, record by record: slower. */
  countPredictionsBetween(scope: Scope, span: search.VersionSpan): Promise<VersionCount[]>;
  /** The sealed files of an endpoint whose last record is older are found no more; `removeForgotten` removes their bytes. @returns how many */
  forgetOld(scope: Scope, endpoint: string, keepDays: number): Promise<number>;
  /** Removes the bytes of forgotten files, of every endpoint; what cannot be removed now is told to the log and tried by the next call. */
  removeForgotten(): Promise<void>;
  /** Seals what was appended so far. */
  seal(): Promise<void>;
  /** Records of an endpoint that were not required and could not be kept, since the start. */
  lost(scope: Scope, endpoint: string): number;
}

export async function openRecords(options: RecordsOptions): Promise<Records> {
  const { db, clock, log } = options;
  const counts = new OpenCounts();
  const lost = new LostRecords(options);
  const columns = await options.openColumns({
    now: () => clock.now(),
    found: (segment, payload) => counts.add(segment, decodeRecord(payload)),
    async sealed(segment, files) {
      await db.write(recordSealedFiles, { segment, files: files.map(({ key, facts }) => ({ file: key, facts: facts.map(factsOf) })) });
      counts.forget(segment);
    },
    async alreadySealed(segments) {
      const sealed = await db.read(sealedSegments, { segments });
      for (const segment of sealed) counts.forget(segment);
      return sealed;
    },
    failed: (error, doing) => log.error({ err: error }, `cannot ${doing}`),
  });
  const stores = { columns, db };

  async function append(record: InferenceRecord): Promise<void> {
    const settings = options.settings(record.workspaceId, record.endpoint) ?? keepEverything;
    const kept = partToKeep(record, settings, options.maskKey);
    if (kept === undefined) return;
    try {
      await columns.append(encodeRecord(kept), (segment) => counts.add(segment, kept));
    } catch (error) {
      if (settings.required) throw error;
      lost.add(record, error);
    }
  }

  return {
    ...readRecords(stores),
    append,
    knownRequests: (scope, requestIds) => search.knownRequests(stores, scope, requestIds),
    traffic: (scope, span) => search.endpointTraffic(stores, scope, span),
    async countPredictionsOfVersions(scope, versions) {
      const open = counts.of(scope, versions);
      const { counts: sealed, sealed: segments } = await db.read(countSealedPredictions, {
        scope,
        versions,
        segments: [...new Set(open.map(({ segment }) => segment))],
      });
      return sumCounts([...sealed, ...open.filter(({ segment }) => !segments.includes(segment))]);
    },
    countPredictionsBetween: (scope, span) => search.countPredictionsBetween(stores, scope, span),
    async forgetOld(scope, endpoint, keepDays) {
      const files = await db.read(filesOlderThan, { scope, endpoint, before: clock.now() - keepDays * 86_400_000 });
      if (files.length > 0) await db.write(forgetFiles, { files });
      return files.length;
    },
    async removeForgotten() {
      const left: { file: string; error: unknown }[] = [];
      for (const file of await db.read(pendingRemovals, {})) {
        try {
          await columns.drop(file);
          await db.write(endRemoval, { file });
        } catch (error) {
          // The others go.
          left.push({ file, error });
        }
      }
      const [first] = left;
      if (first !== undefined)
        log.error({ err: first.error, file: first.file, files: left.length }, 'files of old records were not removed: it is tried again');
    },
    seal: () => columns.seal(),
    lost: (scope, endpoint) => lost.of(scope, endpoint),
    close: () => columns.close(),
  };
}

function sumCounts(parts: readonly VersionCount[]): VersionCount[] {
  const sums = new Map<string, VersionCount>();
  for (const { model, version, endpoint, count, firstAt, lastAt } of parts) {
    const key = JSON.stringify([model, version, endpoint]);
    const before = sums.get(key) ?? { count: 0, firstAt, lastAt };
    const span = { firstAt: Math.min(before.firstAt, firstAt), lastAt: Math.max(before.lastAt, lastAt) };
    sums.set(key, { model, version, endpoint, count: before.count + count, ...span });
  }
  return [...sums.values()];
}
