import type { Endpoint } from '../../../../src/api/endpoints.ts';
import { StateShape } from '../../ui/state-mark.tsx';
import { Duration } from '../../ui/time.tsx';
import { preparationWords } from './endpoint-text.ts';

/** What the version that is tried waits for, since when, and what its installer says meanwhile. */
export function Preparing({ endpoint: { preparing, live } }: { endpoint: Endpoint }) {
  if (preparing === undefined) return null;
  const { version, step, since, log } = preparing;
  return (
    <div className="endpoint-preparing" role="group" aria-label="What is being tried">
      <p className="problem-title">
        <StateShape tone="working" />
        <span role="status">
          v{version}: {preparationWords[step]}
        </span>
        <span className="dim">
          for <Duration from={since} to={null} />
          {live === null ? '' : `; v${live.version} serves on`}
        </span>
      </p>
      {log !== null && log.trim() !== '' && (
        <div className="endpoint-installer" tabIndex={0} role="region" aria-label="What the installer says">
          <pre>{log.trimEnd()}</pre>
        </div>
      )}
    </div>
  );
}
