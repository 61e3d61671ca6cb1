/** News from the server: each event makes the queries it touches fetch again. A lost connection is told and healed. */
import type { QueryClient } from '@tanstack/react-query';

export type LiveState = 'connecting' | 'live' | 'lost';

/** The first word of the query keys that an event of this kind makes stale. */
const staleAfter: Readonly<Record<string, readonly string[]>> = {
  'pipeline_run.started': ['pipeline-runs', 'home', 'projects'],
  'pipeline_run.ended': ['pipeline-runs', 'home', 'datasets', 'lineage', 'projects'],
  'stage_run.ended': ['pipeline-runs', 'home', 'datasets', 'lineage'],
  'run.created': ['runs', 'experiments', 'home'],
  'run.ended': ['runs', 'home', 'lineage'],
  'parity.checked': ['models', 'home'],
  'model_version.created': ['models', 'runs', 'home', 'lineage'],
  'alias.moved': ['models', 'home', 'lineage', 'endpoints'],
  'stage.moved': ['models', 'home', 'lineage', 'endpoints'],
  'gate.refused': ['models', 'home'],
  'gate.removed': ['models', 'home'],
  'deployment.started': ['endpoints', 'home'],
  'deployment.live': ['endpoints', 'home', 'lineage'],
  'deployment.failed': ['endpoints', 'home'],
};

const retryMs = [1_000, 2_000, 5_000, 10_000, 30_000];

export interface Live {
  readonly state: () => LiveState;
  readonly subscribe: (listener: () => void) => () => void;
  readonly retryNow: () => void;
}

export function connectLive(queries: QueryClient, open: () => EventSource): Live {
  let state: LiveState = 'connecting';
  let attempt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let source: EventSource | undefined;
  const listeners = new Set<() => void>();

  const become = (next: LiveState) => {
    if (next === state) return;
    const healed = state === 'lost' && next === 'live';
    state = next;
    for (const listener of listeners) listener();
    // What happened meanwhile is unknown: everything shown is asked for again.
    if (healed) void queries.invalidateQueries();
  };

  const connect = () => {
    clearTimeout(timer);
    source?.close();
    source = open();
    source.addEventListener('open', () => {
      attempt = 0;
      become('live');
    });
    source.addEventListener('error', () => {
      source?.close();
      become('lost');
      clearTimeout(timer);
      timer = setTimeout(connect, retryMs[Math.min(attempt, retryMs.length - 1)]);
      attempt += 1;
    });
    for (const [kind, keys] of Object.entries(staleAfter)) {
      source.addEventListener(kind, () => {
        for (const key of ['events', ...keys]) void queries.invalidateQueries({ queryKey: [key] });
      });
    }
  };
  connect();

  return {
    state: () => state,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    retryNow: connect,
  };
}
