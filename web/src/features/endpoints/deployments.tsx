import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Deployment } from '../../../../src/api/endpoints.ts';
import { formatDuration } from '../../ui/format.ts';
import { LongText } from '../../ui/long-text.tsx';
import { PlainTable } from '../../ui/plain-table.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { Age } from '../../ui/time.tsx';
import { kindOf } from './endpoint-text.ts';
import { Log } from './problem.tsx';

/** Every version that the endpoint was given: who decided, when it took over, why it failed. */
export function Deployments({ deployments }: { deployments: readonly Deployment[] }) {
  if (deployments.length === 0) return <p className="dim">No version was tried yet.</p>;
  return (
    <PlainTable
      label="Deployments"
      heads={['When', 'Version', 'State', 'Why', 'By', ['Took']]}
      rows={deployments.map((deployment, index) => ({
        key: deployment.id,
        cells: [
          <span key="when" className="unbroken">
            <Age at={deployment.createdAt} />
          </span>,
          <Link
            key="version"
            to="/models/$name"
            params={{ name: deployment.model }}
            search={{ version: String(deployment.version) }}
            title={deployment.model}
          >
            v{deployment.version}
          </Link>,
          <StateMark key="state" state={deployment.state} />,
          <Why key="why" deployment={deployment} again={kindOf(deployments, index) === 'again'} />,
          <span key="by" className="unbroken">
            {deployment.actor}
          </span>,
          deployment.liveAt === null ? '' : formatDuration(deployment.liveAt - deployment.createdAt),
        ],
        detail: messageOf(deployment),
      }))}
    />
  );
}

function Why({ deployment: { reason, flavor }, again }: { deployment: Deployment; again: boolean }) {
  return (
    <div className="deployment-why">
      {reason}
      {again && <span className="dim">, loaded again</span>}
      {flavor !== null && <span className="dim"> · {flavor}</span>}
    </div>
  );
}

/** Why it failed or was given up, whole, with what the model or its installer said. */
function messageOf({ message, log }: Deployment): ReactNode {
  const hasLog = log !== null && log.trim() !== '';
  if (message === null && !hasLog) return undefined;
  return (
    <>
      {message !== null && (
        <p className="deployment-message">
          <LongText text={message} />
        </p>
      )}
      {hasLog && <Log text={log} />}
    </>
  );
}
