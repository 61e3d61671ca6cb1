import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Model } from '../../../../src/api/models.ts';
import { Asked } from '../../ui/asked.tsx';
import { Section } from '../../ui/page.tsx';
import { Age } from '../../ui/time.tsx';
import { decisionsQuery, modelsQuery } from '../models/model-queries.ts';
import { decisionOf, standingsOf, titleOf, type Standing } from '../models/standing.ts';

const most = 8;

/** What would be loaded now, since when, by whose decision. */
export function InProduction() {
  const models = useQuery(modelsQuery);
  return (
    <Section title="In production">
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
