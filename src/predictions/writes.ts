import { defineWrite } from '../backends/db/port.ts';
import type { FileFacts } from './columns-table.ts';
import type { PredictionTables } from './tables.ts';

export interface SealedFileFacts {
  readonly file: string;
  readonly facts: readonly FileFacts[];
}

/** All files of one segment at once: from then on its rows are searched in them. The same again is no change. */
export const recordSealedFiles = defineWrite<PredictionTables, { segment: string; files: readonly SealedFileFacts[] }, void>(
  'predictions.recordSealedFiles',
  async (tx, { segment, files }) => {
    const insert = tx.statement(
      `insert into record_files (workspace_id, file, model, version, segment, endpoint, row_count, first_at, last_at)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing`,
    );
    for (const { file, facts } of files) {
      for (const { workspaceId, model, version, endpoint, rows, firstAt, lastAt } of facts)
        await insert.run(workspaceId, file, model, version, segment, endpoint, rows, firstAt, lastAt);
    }
  },
);

/** Files that are removed for their age are found no more; their bytes are removed after that. */
export const forgetFiles = defineWrite<PredictionTables, { files: readonly string[] }, void>(
  'predictions.forgetFiles',
  async (tx, { files }) => {
    const remove = tx.statement('delete from record_files where file = ?');
    const begin = tx.statement('insert into record_removals (file) values (?) on conflict do nothing');
    for (const file of files) {
      await remove.run(file);
      await begin.run(file);
    }
  },
);

/** The bytes of a file are gone. */
export const endRemoval = defineWrite<PredictionTables, { file: string }, void>('predictions.endRemoval', async (tx, { file }) => {
  await tx.statement('delete from record_removals where file = ?').run(file);
});

/**
 * The key that masked values are hashed with, in hex: the one that is there, else `fresh`. It lies with the facts, so that every server on
 * one database hashes alike, and outlives the tokens.
 */
export const keepMaskKey = defineWrite<PredictionTables, { fresh: string }, string>('predictions.keepMaskKey', async (tx, { fresh }) => {
  await tx.statement("insert into record_keys (name, value) values ('mask', ?) on conflict do nothing").run(fresh);
  const [row] = await tx.statement<{ value: string }>("select value from record_keys where name = 'mask'").all();
  return row!.value;
});
