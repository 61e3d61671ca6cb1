import './state-mark.css';

export type Tone = 'fine' | 'working' | 'attention' | 'failed' | 'idle';

interface Mark {
  readonly tone: Tone;
  readonly word: string;
}

/** Every state that a run, a pipeline run or a stage run can be in, in one vocabulary of shape, colour and word. */
const marks: Readonly<Record<string, Mark>> = {
  FINISHED: { tone: 'fine', word: 'Finished' },
  RUNNING: { tone: 'working', word: 'Running' },
  SCHEDULED: { tone: 'idle', word: 'Scheduled' },
  FAILED: { tone: 'failed', word: 'Failed' },
  KILLED: { tone: 'attention', word: 'Killed' },
  DELETED: { tone: 'idle', word: 'Deleted' },
  succeeded: { tone: 'fine', word: 'Succeeded' },
  fine: { tone: 'fine', word: 'Fine' },
  working: { tone: 'working', word: 'Working' },
  running: { tone: 'working', word: 'Running' },
  failed: { tone: 'failed', word: 'Failed' },
  refused: { tone: 'failed', word: 'Refused' },
  'needs you': { tone: 'attention', word: 'Needs you' },
  restored: { tone: 'idle', word: 'Restored' },
  promoted: { tone: 'fine', word: 'Promoted' },
  overridden: { tone: 'attention', word: 'Overridden' },
  cancelled: { tone: 'attention', word: 'Cancelled' },
  serving: { tone: 'fine', word: 'Serving' },
  starting: { tone: 'working', word: 'Starting' },
  swapping: { tone: 'working', word: 'Swapping' },
  'not ready': { tone: 'attention', word: 'Not ready' },
  proving: { tone: 'working', word: 'Being tried' },
  live: { tone: 'fine', word: 'Live' },
  retired: { tone: 'idle', word: 'Retired' },
  'given up': { tone: 'idle', word: 'Given up' },
  skipped: { tone: 'idle', word: 'Skipped' },
  cached: { tone: 'idle', word: 'Cached' },
  waiting: { tone: 'idle', word: 'Waiting' },
  later: { tone: 'idle', word: 'Not yet in this version' },
  empty: { tone: 'idle', word: 'Nothing yet' },
};

export function markOf(state: string): Mark {
  return marks[state] ?? { tone: 'idle', word: state };
}

/** A shape for each tone: the state is readable without its colour. */
export function StateShape({ tone, size = 12 }: { tone: Tone; size?: number }) {
  return (
    <svg className={`state-shape tone-${tone}`} width={size} height={size} viewBox="0 0 12 12" aria-hidden="true" focusable="false">
      {tone === 'fine' && <path d="M2 6.4 4.8 9 10 3.4" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />}
      {tone === 'working' && (
        <path
          d="M6 1.5A4.5 4.5 0 1 1 1.5 6"
          fill="none"
          stroke="currentColor"
          strokeWidth="2"
          strokeLinecap="round"
          className="state-turning"
        />
      )}
      {tone === 'attention' && <path d="M6 1.2 11.2 10.5H.8z" fill="currentColor" />}
      {tone === 'failed' && <path d="m2.5 2.5 7 7m0-7-7 7" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />}
      {tone === 'idle' && <circle cx="6" cy="6" r="3.6" fill="none" stroke="currentColor" strokeWidth="1.6" />}
    </svg>
  );
}

export function StateMark({ state, word }: { state: string; word?: string }) {
  const mark = markOf(state);
  return (
    <span className={`state-mark tone-${mark.tone}`}>
      <StateShape tone={mark.tone} />
      <span>{word ?? mark.word}</span>
    </span>
  );
}
