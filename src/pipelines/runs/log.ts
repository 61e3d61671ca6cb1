import type { Scope } from '../../access/index.ts';
import { defineRead, defineWrite } from '../../backends/db/port.ts';
import { renewLease, stageRunId } from './state.ts';
import type { PipelineRunTables } from './tables.ts';

/** Characters of one stage's log that the server keeps; the rest stays in the task's own file. */
const keptCharacters = 8 * 1024 * 1024;
const chunkCharacters = 256 * 1024;
const cutNotice = '\n[the log goes on in the task folder: the server keeps the first 8 MiB]\n';

interface LogPlace {
  readonly scope: Scope;
  readonly pipelineRunId: string;
  readonly stage: string;
}

export const appendLog = defineWrite<PipelineRunTables, LogPlace & { text: string; now: number }, void>(
  'pipelines.appendLog',
  async (tx, input) => {
    const id = await stageRunId(tx, input.scope, input.pipelineRunId, input.stage);
    await renewLease(tx, input.scope, input.pipelineRunId, input.now);
    const [end] = await tx
      .statement<{ offset: number }>(
        'select coalesce(max(start_offset + length(text)), 0) as "offset" from stage_run_logs where workspace_id = ? and stage_run_id = ?',
      )
      .all(input.scope.workspaceId, id);
    const offset = end!.offset;
    if (offset >= keptCharacters) return;
    // PostgreSQL's text holds no NUL.
    const clean = input.text.replaceAll('\0', '\uFFFD');
    const text = offset + clean.length >= keptCharacters ? clean.slice(0, keptCharacters - offset) + cutNotice : clean;
    await tx
      .statement('insert into stage_run_logs (workspace_id, stage_run_id, start_offset, text) values (?, ?, ?, ?)')
      .run(input.scope.workspaceId, id, offset, text);
  },
);

export interface LogChunk {
  readonly text: string;
  readonly nextOffset: number;
  readonly complete: boolean;
}

/** The log from a character offset on, 256 Ki characters at most. */
export const readLog = defineRead<PipelineRunTables, LogPlace & { after: number }, LogChunk>('pipelines.readLog', async (tx, input) => {
  const id = await stageRunId(tx, input.scope, input.pipelineRunId, input.stage);
  const [stage] = await tx
    .statement<{ ended_at: number | null }>('select ended_at from stage_runs where workspace_id = ? and id = ?')
    .all(input.scope.workspaceId, id);
  const rows = await tx
    .statement<{ start_offset: number; text: string; size: number }>(
      `select start_offset, text, length(text) as size from stage_run_logs
       where workspace_id = ? and stage_run_id = ? and start_offset + length(text) > ? order by start_offset limit 64`,
    )
    .all(input.scope.workspaceId, id, input.after);
  let text = '';
  let next = input.after;
  for (const row of rows) {
    if (text.length >= chunkCharacters) break;
    // Code points, as `length` of both databases counts them.
    text += Array.from(row.text)
      .slice(next - row.start_offset)
      .join('');
    next = row.start_offset + row.size;
  }
  const drained = rows.length === 0 || (text.length < chunkCharacters && rows.length < 64);
  return { text, nextOffset: next, complete: drained && stage?.ended_at !== null };
});
