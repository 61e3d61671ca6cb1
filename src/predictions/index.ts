export { createIngest, type Ingest } from './ingest.ts';
export { openRecords, readRecords, type ColumnsHooks, type RecordReader, type Records } from './open-records.ts';
export type { VersionCount } from './queries.ts';
export type { InferenceRecord, RecordSink } from './record.ts';
export type { PredictionRow } from './rows.ts';
export type { PredictionPage, PredictionSearch, TrafficBucket } from './search.ts';
export type { PredictionTables } from './tables.ts';
export { keepMaskKey } from './writes.ts';
export { keepEverything, type RecordSettings } from './settings.ts';
