import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Live } from './live.ts';
import { StateShape } from '../ui/state-mark.tsx';

export const LiveContext = createContext<Live | undefined>(undefined);

const words = { connecting: 'Connecting…', live: 'Live', lost: 'Connection lost' } as const;
const tones = { connecting: 'idle', live: 'fine', lost: 'attention' } as const;

/** Says whether the page still hears from the server. */
export function Connection() {
  const live = useContext(LiveContext);
  if (live === undefined) throw new Error('Connection stands outside LiveContext');
  const state = useSyncExternalStore(live.subscribe, live.state);
  return (
    <span className={`connection tone-${tones[state]}`} role="status">
      <StateShape tone={tones[state]} size={10} /> <span>{words[state]}</span>
      {state === 'lost' && (
        <button type="button" className="link-button" onClick={live.retryNow}>
          Retry
        </button>
      )}
    </span>
  );
}
