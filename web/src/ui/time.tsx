import { useSyncExternalStore } from 'react';
import { formatAge, formatDuration, formatTime } from './format.ts';

/** One clock for the whole page, so that ages beside each other agree. */
const clock = {
  now: Date.now(),
  listeners: new Set<() => void>(),
  timer: undefined as ReturnType<typeof setInterval> | undefined,
};

function subscribe(listener: () => void): () => void {
  clock.listeners.add(listener);
  clock.timer ??= setInterval(() => {
    clock.now = Date.now();
    for (const each of clock.listeners) each();
  }, 1000);
  return () => {
    clock.listeners.delete(listener);
    if (clock.listeners.size > 0) return;
    clearInterval(clock.timer);
    clock.timer = undefined;
  };
}

export function useNow(): number {
  return useSyncExternalStore(subscribe, () => clock.now);
}

/** Relative in the row, absolute with zone on hover. */
export function Age({ at }: { at: number | undefined | null }) {
  const now = useNow();
  if (at === undefined || at === null || at === 0) return <span className="dim">–</span>;
  return (
    <time dateTime={new Date(at).toISOString()} title={formatTime(at)}>
      {formatAge(at, now)}
    </time>
  );
}

/** From `from` to `to`, or growing while it is still open. */
export function Duration({ from, to }: { from: number; to: number | undefined | null }) {
  return to === undefined || to === null ? <Growing from={from} /> : <span>{formatDuration(to - from)}</span>;
}

function Growing({ from }: { from: number }) {
  const now = useNow();
  return <span>{formatDuration(Math.floor((now - from) / 1000) * 1000)}</span>;
}
