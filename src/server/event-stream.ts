import { PassThrough, type Readable } from 'node:stream';
import type { App } from '../app.ts';
import { listEvents, type Event } from '../events/index.ts';

const pollMs = 500;
const heartbeatMs = 15_000;
const pageSize = 500;
/** Ids are made before their transaction commits: an older id may appear up to this much later than a newer one. */
const overlapMs = 5_000;

/**
 * Server-sent events of one workspace from now on: named by the event's kind, its JSON as data. Events are read from the
 * database, so those of other processes on the same database arrive too.
 */
export function streamEvents(app: Pick<App, 'db' | 'clock'>, workspaceId: number, signal: AbortSignal): Readable {
  const stream = new PassThrough({ highWaterMark: 64 * 1024 });
  const startedAt = app.clock.now();
  const sent = new Map<string, number>();
  let beatAt = startedAt;
  let timer: NodeJS.Timeout;

  const poll = async (): Promise<void> => {
    const now = app.clock.now();
    let after: string | undefined = idAtTime(Math.max(startedAt, now - overlapMs - pollMs));
    while (after !== undefined && !signal.aborted) {
      const page: readonly Event[] = await app.db.read(listEvents, { scope: { workspaceId }, after, limit: pageSize });
      for (const event of page) {
        if (sent.has(event.id)) continue;
        sent.set(event.id, event.at);
        stream.write(format(event));
      }
      after = page.length < pageSize ? undefined : page.at(-1)!.id;
    }
    for (const [id, at] of sent) if (at < now - 4 * overlapMs) sent.delete(id);
    if (now - beatAt > heartbeatMs) {
      beatAt = now;
      stream.write(': alive\n\n');
    }
  };
  const next = (): void => {
    // A reader that does not take what it asked for is let go; it reconnects and reads the lists anew.
    if (signal.aborted || stream.writableLength > 1024 * 1024) return void stream.end();
    timer = setTimeout(() => poll().then(next, (error: Error) => stream.destroy(error)), pollMs);
  };
  signal.addEventListener('abort', () => {
    clearTimeout(timer);
    stream.end();
  });
  stream.write('retry: 1000\n: connected\n\n');
  next();
  return stream;
}

/** The smallest UUIDv7 (without dashes) of a time. */
function idAtTime(milliseconds: number): string {
  return `${milliseconds.toString(16).padStart(12, '0')}70000000000000000000`;
}

function format(event: Event): string {
  return `id: ${event.id}\nevent: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`;
}
