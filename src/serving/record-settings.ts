import type { Db } from '../backends/db/port.ts';
import type { Records, RecordSettings } from '../predictions/index.ts';
import { listRecordSettings, listRetention } from './queries.ts';

interface Context {
  readonly db: Pick<Db, 'read'>;
  readonly log: { error(details: object, message: string): void };
}

/** How the endpoints keep their records, as every prediction asks: never older than `refreshMs`, whoever changed it. */
export interface RecordSettingsWatch {
  of(workspaceId: number, endpoint: string): RecordSettings | undefined;
  /** Resolves when what is declared by now holds. */
  refresh(): Promise<void>;
  /** Removes what is older than an endpoint keeps, or kept when it was removed, now and daily. */
  removeOld(records: Pick<Records, 'forgetOld' | 'removeForgotten'>): void;
  close(): Promise<void>;
}

const refreshMs = 1000;
const dayMs = 86_400_000;

/** Resolves when it knows them: no prediction may be recorded before. */
export async function watchRecordSettings({ db, log }: Context): Promise<RecordSettingsWatch> {
  let known = new Map<string, RecordSettings>();
  let asked = 0;
  let answered = 0;
  let running: Promise<void> = Promise.resolve();
  let daily: NodeJS.Timeout | undefined;
  let closed = false;

  const notRemoved = (error: unknown): void => log.error({ err: error }, 'old records were not removed: it is tried again tomorrow');

  async function refresh(): Promise<void> {
    const turn = ++asked;
    const rows = await db.read(listRecordSettings, {});
    // An answer that was overtaken by that of a later question is older than what is known.
    if (turn < answered) return;
    answered = turn;
    known = new Map(rows.map(({ workspaceId, endpoint, records }) => [keyOf(workspaceId, endpoint), records]));
  }

  await refresh();
  const timer = setInterval(() => {
    refresh().catch((error: unknown) => log.error({ err: error }, 'the settings of records were not read again: those before hold'));
  }, refreshMs).unref();

  async function sweep(records: Pick<Records, 'forgetOld' | 'removeForgotten'>): Promise<void> {
    for (const { workspaceId, endpoint, keepDays } of await db.read(listRetention, {})) {
      if (closed) return;
      // One endpoint that fails must not keep the records of the others.
      await records.forgetOld({ workspaceId }, endpoint, keepDays).catch(notRemoved);
    }
    // With those that a crash, or a store that was away, left over.
    if (!closed) await records.removeForgotten();
  }

  return {
    of: (workspaceId, endpoint) => known.get(keyOf(workspaceId, endpoint)),
    refresh,
    removeOld(records) {
      const begin = (): void => {
        running = sweep(records).catch(notRemoved);
      };
      daily = setInterval(begin, dayMs).unref();
      begin();
    },
    async close() {
      closed = true;
      clearInterval(timer);
      clearInterval(daily);
      await running;
    },
  };
}

function keyOf(workspaceId: number, endpoint: string): string {
  return `${workspaceId}/${endpoint}`;
}
