import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Endpoint } from '../../../../src/api/endpoints.ts';
import { formatBytes, plural } from '../../ui/format.ts';
import { Facts } from '../../ui/page.tsx';
import { Problem } from '../../ui/problem.tsx';
import { StateShape } from '../../ui/state-mark.tsx';
import { Age } from '../../ui/time.tsx';
import { basisWords, titleOf } from '../models/standing.ts';
import { useDeploy } from './endpoint-queries.ts';
import { followedOf } from './endpoint-text.ts';
import { RollBackButton } from './roll-back.tsx';
import { SwapButton } from './swap.tsx';

/** The version that answers, since when, by whose decision; and the ways to another one. */
export function LiveVersion({ endpoint }: { endpoint: Endpoint }) {
  const { live, target, pinned, differs } = endpoint;
  return (
    <>
      <Facts
        facts={[
          [
            'Version',
            live === null ? (
              <span key="none" className="dim">
                {target === null ? `no version stands on ${endpoint.model}` : `v${target.version} is being tried`}
              </span>
            ) : (
              <span key="live" className="standing">
                <Link to="/models/$name" params={{ name: live.model }} search={{ version: String(live.version) }}>
                  <b>
                    {live.model} v{live.version}
                  </b>
                </Link>
                <span>
                  since <Age at={live.since} />
                </span>
                {live.loadedAt !== live.since && (
                  <span className="dim">
                    loaded by this server <Age at={live.loadedAt} />
                  </span>
                )}
              </span>
            ),
          ],
          live !== null && ['Decided by', <DecidedBy key="by" endpoint={endpoint} live={live} />],
          pinned !== null && ['Held', <Held key="held" endpoint={endpoint} />],
          live !== null && [
            'Runtime',
            <span key="runtime" className="standing">
              {live.flavor === 'onnx'
                ? 'ONNX, in the server'
                : `Python, ${live.restarts === 0 ? 'no restarts' : plural(live.restarts, 'restart')}`}
              <span className="dim">{formatBytes(live.memoryBytes)}</span>
              <span className="dim">
                {live.running} running, {live.queued} waiting
              </span>
            </span>,
          ],
          differs !== undefined && [
            'Flavours',
            <span key="differs">
              <StateShape tone="attention" /> {differs.message}
            </span>,
          ],
        ]}
      />
      <div className="endpoint-actions">
        <SwapButton endpoint={endpoint} />
        <RollBackButton endpoint={endpoint} />
      </div>
    </>
  );
}

function DecidedBy({ endpoint: { pinned, decision, model }, live }: { endpoint: Endpoint; live: NonNullable<Endpoint['live']> }) {
  if (pinned !== null) return <span>{pinned.by}, by a rollback</span>;
  if (decision === null) return <span>{live.by}</span>;
  const followed = followedOf(model);
  return (
    <span className="standing">
      <b>{decision.actor}</b>
      <span>
        moved {followed === undefined ? '' : titleOf(followed)} <Age at={decision.at} />,{' '}
        <Link to="/models/$name" params={{ name: live.model }} search={{ version: String(live.version) }} hash={decision.id}>
          {basisWords[decision.basis]}
        </Link>
      </span>
    </span>
  );
}

/** A rollback holds until the name moves, or until it is undone here. */
function Held({ endpoint }: { endpoint: Endpoint }) {
  const deploy = useDeploy(endpoint.name);
  const { pinned } = endpoint;
  const followed = followedOf(endpoint.model);
  const name = followed === undefined ? 'its version' : titleOf(followed);
  return (
    <span className="standing">
      <span>
        <StateShape tone="attention" /> on v{pinned?.version} until {name} moves: {pinned?.reason}
      </span>
      <Button size="compact-xs" variant="default" loading={deploy.isPending} onClick={() => deploy.mutate()}>
        Follow {name} again
      </Button>
      {deploy.error !== null && <Problem error={deploy.error} />}
    </span>
  );
}
