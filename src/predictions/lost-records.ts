import type { Scope } from '../access/index.ts';
import type { Clock } from '../lib/time.ts';

interface Surroundings {
  readonly clock: Clock;
  readonly log: { error(details: object, message: string): void };
}

const toldEveryMs = 60_000;

/** Counts, by endpoint, the records that were given up because they are not required; the log tells it once a minute. */
export class LostRecords {
  readonly #counts = new Map<string, number>();
  readonly #surroundings: Surroundings;
  #toldAt = -Infinity;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  add({ workspaceId, endpoint }: Scope & { readonly endpoint: string }, error: unknown): void {
    const key = `${workspaceId}/${endpoint}`;
    const count = this.of({ workspaceId }, endpoint) + 1;
    this.#counts.set(key, count);
    const { clock, log } = this.#surroundings;
    if (clock.now() - this.#toldAt < toldEveryMs) return;
    this.#toldAt = clock.now();
    log.error({ err: error, endpoint, lost: count }, 'predictions are answered whose records cannot be kept');
  }

  total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  of({ workspaceId }: Scope, endpoint: string): number {
    return this.#counts.get(`${workspaceId}/${endpoint}`) ?? 0;
  }
}
