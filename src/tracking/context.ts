import type { Db } from '../backends/db/port.ts';
import type { Ids } from '../lib/ids.ts';
import type { Clock } from '../lib/time.ts';

/** What the operations of tracking need. */
export interface TrackingContext {
  readonly db: Db;
  readonly clock: Clock;
  readonly ids: Ids;
}
