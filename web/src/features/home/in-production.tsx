import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Model } from '../../../../src/api/models.ts';
import { Asked } from '../../ui/asked.tsx';
import { Section } from '../../ui/page.tsx';
import { markOf, StateShape } from '../../ui/state-mark.tsx';
import { Age } from '../../ui/time.tsx';
import { endpointsQuery } from '../endpoints/endpoint-queries.ts';
import { stateWords } from '../endpoints/endpoint-text.ts';
import { decisionsQuery, modelsQuery } from '../models/model-queries.ts';
import { decisionOf, standingsOf, titleOf, type Standing } from '../models/standing.ts';

const most = 8;

/** What serves, and what would be loaded now; since when, by whose decision. */
export function InProduction() {
  const models = useQuery(modelsQuery);
  return (
    <Section title="In production">
      <Serving />
      <Asked query={models}>
        {(all) => {
          const promoted = all.flatMap((model) => standingsOf(model).map((standing) => ({ model, standing })));
          if (promoted.length === 0) return <p className="dim">No version carries an alias or stands in Production.</p>;
          return (
            <ul className="home-list">
              {promoted.slice(0, most).map(({ model, standing }) => (
                <PromotedItem key={`${model.name} ${titleOf(standing)}`} model={model} standing={standing} />
              ))}
              {promoted.length > most && (
                <li>
                  <Link to="/models">{promoted.length - most} more</Link>
                </li>
              )}
            </ul>
          );
        }}
      </Asked>
    </Section>
  );
}

/** Endpoints first: what they serve may not be what was promoted last. */
function Serving() {
  const endpoints = useQuery(endpointsQuery);
  if (endpoints.data === undefined || endpoints.data.length === 0) return null;
  return (
    <ul className="home-list">
      {endpoints.data.slice(0, most).map((endpoint) => (
        <li key={endpoint.name}>
          <StateShape tone={markOf(endpoint.state).tone} />
          <Link to="/endpoints/$name" params={{ name: endpoint.name }}>
            {endpoint.name}: {endpoint.live === null ? stateWords(endpoint) : `${endpoint.live.model} v${endpoint.live.version}`}
          </Link>
          {endpoint.live !== null && (
            <span className="dim">
              {endpoint.state === 'serving' ? '' : `${stateWords(endpoint)}, `}
              <Age at={endpoint.live.since} /> by {endpoint.pinned?.by ?? endpoint.decision?.actor ?? endpoint.live.by}
            </span>
          )}
        </li>
      ))}
      {endpoints.data.length > most && (
        <li>
          <Link to="/endpoints">{endpoints.data.length - most} more endpoints</Link>
        </li>
      )}
    </ul>
  );
}

function PromotedItem({ model, standing }: { model: Model; standing: Standing }) {
  const decisions = useQuery(decisionsQuery(model.name));
  const decision = decisionOf(standing, decisions.data?.items ?? []);
  return (
    <li>
      <Link to="/models/$name" params={{ name: model.name }} search={{ version: String(standing.version) }}>
        {model.name} v{standing.version} {titleOf(standing)}
      </Link>
      {decision !== undefined && (
        <span className="dim">
          <Age at={decision.at} /> by {decision.actor}
        </span>
      )}
    </li>
  );
}
