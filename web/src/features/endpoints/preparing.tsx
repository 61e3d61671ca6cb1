import type { Endpoint } from '../../../../src/api/endpoints.ts';
import { StateShape } from '../../ui/state-mark.tsx';
import { Duration } from '../../ui/time.tsx';
import { preparationWords } from './endpoint-text.ts';

/** What the version that is tried waits for, since when, and what its installer says meanwhile. */
export function Preparing({ endpoint: { preparing, live } }: { endpoint: Endpoint }) {
  if (preparing === undefined) return null;
  const { version, step, since, log } = preparing;
  return (
    <div className="endpoint-preparing" role="status" aria-label="What is being tried">
      <p className="problem-title">
        <StateShape tone="working" /> v{version}: {preparationWords[step]}
        <span className="dim">
          for <Duration from={since} to={null} />
          {live === null ? '' : `; v${live.version} serves on`}
        </span>
      </p>
      {log !== null && log.trim() !== '' && <pre tabIndex={0}>{log.trimEnd()}</pre>}
    </div>
  );
}
