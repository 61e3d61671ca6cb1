import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { EndpointDetail } from '../../../../src/api/endpoints.ts';
import { readZoom } from '../../charts/zoom.ts';
import { Asked } from '../../ui/asked.tsx';
import { CopyAsCode } from '../../ui/copy.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { Deployments } from './deployments.tsx';
import { endpointQuery } from './endpoint-queries.ts';
import { asCode, modelOf, stateWords } from './endpoint-text.ts';
import { LiveVersion } from './live-version.tsx';
import { Preparing } from './preparing.tsx';
import { Problem } from './problem.tsx';
import { TrafficCharts } from './traffic-charts.tsx';
import { readRange } from './traffic-range.ts';
import { TrafficTable } from './traffic-table.tsx';
import { TryIt } from './try-it.tsx';
import './endpoints.css';

const route = getRouteApi('/endpoints/$name');

/** One endpoint: what is live and by whose decision, how it answers, what it was given before; and a request to try. */
export function EndpointPage() {
  const { name } = route.useParams();
  const query = useQuery(endpointQuery(name));
  const [body, setBody] = useState('{}');
  const endpoint = query.data?.endpoint;
  return (
    <Page
      title={name}
      heading={
        <>
          {name}
          {endpoint !== undefined && (
            <span className="endpoint-state" role="status">
              <StateMark state={endpoint.state} word={stateWords(endpoint)} />
            </span>
          )}
        </>
      }
      about={
        endpoint !== undefined && (
          <>
            <span>
              follows <code>{endpoint.model}</code>
            </span>
            <span>project {endpoint.project}</span>
            <a href={`/endpoints/${encodeURIComponent(name)}/docs`}>API of this endpoint</a>
            <Link to="/predictions" search={{ endpoint: name }}>
              Its predictions
            </Link>
          </>
        )
      }
      actions={<CopyAsCode code={asCode(name, body, location.origin)} />}
    >
      <Asked query={query}>{(detail) => <Detail detail={detail} onBody={setBody} />}</Asked>
    </Page>
  );
}

function Detail({ detail: { endpoint, deployments }, onBody }: { detail: EndpointDetail; onBody: (body: string) => void }) {
  const { live } = endpoint;
  const { range, zoom } = route.useSearch();
  return (
    <>
      <Preparing endpoint={endpoint} />
      <Problem endpoint={endpoint} deployments={deployments} />
      <div className="endpoint-columns">
        <Section title="Live">
          <LiveVersion endpoint={endpoint} />
        </Section>
        {live !== null && (
          <Section title="How it answers">
            <TrafficTable live={live} />
          </Section>
        )}
      </div>
      {live !== null && <TrafficCharts name={endpoint.name} range={readRange(range)} zoom={readZoom(zoom)} />}
      <div className="endpoint-columns">
        <Section title="Deployments">
          <Deployments deployments={deployments} />
        </Section>
        <Section title="Try it">
          {live === null ? (
            <p className="dim">
              Nothing answers yet:{' '}
              <Link to="/models/$name" params={{ name: modelOf(endpoint.model) }}>
                the model
              </Link>{' '}
              has no version under the name that this endpoint follows, or its first version is being tried.
            </p>
          ) : (
            <TryIt key={live.version} name={endpoint.name} version={live.version} onBody={onBody} />
          )}
        </Section>
      </div>
    </>
  );
}
