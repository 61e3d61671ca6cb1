import { createHash } from 'node:crypto';
import { maskRecord, type Mask } from './mask.ts';
import type { InferenceRecord } from './record.ts';

/** How the records of one endpoint are kept. */
export interface RecordSettings {
  /** 0 to 1: which part of the requests is kept, decided by the request id; errors always are. */
  readonly sample: number;
  readonly mask: Mask;
  /** True: a prediction whose record cannot be kept fails. False: the record is dropped, and counted. */
  readonly required: boolean;
  /** Days after which sealed files are removed; for ever where absent. */
  readonly keepDays?: number;
}

/** Of an endpoint that says nothing about its records. */
export const keepEverything: RecordSettings = { sample: 1, mask: {}, required: true };

/** What the settings leave of a record; undefined where it is not sampled. */
export function partToKeep(record: InferenceRecord, { sample, mask }: RecordSettings, maskKey: Uint8Array): InferenceRecord | undefined {
  if (record.status < 400 && !isSampled(record.requestId, sample)) return undefined;
  return maskRecord(record, mask, maskKey);
}

/** The same answer for the same request wherever it is asked: retries are kept or left out together. */
function isSampled(requestId: string, sample: number): boolean {
  if (sample >= 1) return true;
  return createHash('sha256').update(requestId).digest().readUInt32BE(0) / 2 ** 32 < sample;
}
