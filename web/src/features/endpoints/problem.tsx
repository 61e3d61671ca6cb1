import { Button } from '@mantine/core';
import type { Deployment, Endpoint } from '../../../../src/api/endpoints.ts';
import { Problem as Failed } from '../../ui/problem.tsx';
import { formatTime } from '../../ui/format.ts';
import { StateShape } from '../../ui/state-mark.tsx';
import { Age } from '../../ui/time.tsx';
import { useDeploy } from './endpoint-queries.ts';

/** Why the version that should be served is not, with what it or its installer said; nothing where all is well. */
export function Problem({ endpoint, deployments }: { endpoint: Endpoint; deployments: readonly Deployment[] }) {
  const deploy = useDeploy(endpoint.name);
  const { problem, live } = endpoint;
  if (problem === null) return null;
  const log = deployments.find(({ state, createdAt }) => state === 'failed' && createdAt === problem.at)?.log ?? null;
  return (
    <div className="endpoint-problem" role="alert">
      <p className="problem-title">
        <StateShape tone="failed" /> v{problem.version} could not be served;{' '}
        {live === null ? 'nothing serves' : `v${live.version} serves on`}
        <span className="dim">
          <Age at={problem.at} />
        </span>
      </p>
      <pre className="endpoint-reason">{problem.message}</pre>
      {log !== null && log.trim() !== '' && <Log text={log} />}
      {deploy.error !== null && <Failed error={deploy.error} />}
      {problem.againAt !== undefined && <p>It is tried again by itself at {formatTime(problem.againAt)}.</p>}
      <Button size="compact-xs" variant="default" loading={deploy.isPending} onClick={() => deploy.mutate()}>
        Try v{problem.version} again{problem.againAt === undefined ? '' : ' now'}
      </Button>
    </div>
  );
}

/** The end of what a model, or the installation of its environment, wrote. */
export function Log({ text }: { text: string }) {
  return (
    <details className="endpoint-log">
      <summary>What it said before it failed</summary>
      <pre tabIndex={0}>{text.trimEnd()}</pre>
    </details>
  );
}
