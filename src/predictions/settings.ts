import type { Mask } from './mask.ts';

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
