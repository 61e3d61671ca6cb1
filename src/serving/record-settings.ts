import type { Db } from '../backends/db/port.ts';
import type { Records, RecordSettings } from '../predictions/index.ts';
import { listRecordSettings } from './queries.ts';

interface Context {
  readonly db: Pick<Db, 'read'>;
  readonly log: { error(details: object, message: string): void };
}

/** How the endpoints keep their records, as every prediction asks: never older than `refreshMs`, whoever changed it. */
export interface RecordSettingsWatch {
  of(workspaceId: number, endpoint: string): RecordSettings | undefined;
  /** Resolves when what is declared by now holds. */
  refresh(): Promise<void>;
  /** Removes what is older than an endpoint keeps, now and daily. */
  removeOld(records: Pick<Records, 'removeOld'>): void;
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

  async function sweep(records: Pick<Records, 'removeOld'>): Promise<void> {
    for (const { workspaceId, endpoint, records: settings } of await db.read(listRecordSettings, {})) {
      if (closed) return;
      // One whose files cannot be removed must not keep those of the others.
      if (settings.keepDays !== undefined) await records.removeOld({ workspaceId }, endpoint).catch(notRemoved);
    }
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
