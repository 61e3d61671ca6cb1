import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { PredictionLineage } from '../../../../src/api/lineage.ts';
import { Asked } from '../../ui/asked.tsx';
import { Section } from '../../ui/page.tsx';
import { StateShape } from '../../ui/state-mark.tsx';
import { DecisionItem } from '../models/decisions.tsx';
import { Answering, Asking } from './account-answer.tsx';
import { Commits, Data, Environment, RunSection, Stages } from './account-origin.tsx';
import { predictionAccountQuery } from './lineage-queries.ts';
import '../models/models.css';

/** Where one prediction came from, in the order in which an auditor asks: what, by which model, let through by whom, made of what. */
export function PredictionAccount({ requestId, endpoint }: { requestId: string; endpoint: string | undefined }) {
  const query = useQuery(predictionAccountQuery(requestId, endpoint));
  useOpenForPrint();
  return (
    <Asked query={query}>
      {(told) => (
        <div className="account">
          <NotKnown missing={told.missing} />
          <div className="lineage-columns">
            <Asking told={told} />
            <Answering told={told} />
          </div>
          {told.decision !== null && (
            <Section title="The decision that let it through">
              <ol className="decisions">
                <DecisionItem decision={told.decision} />
              </ol>
            </Section>
          )}
          <div className="lineage-columns">
            <RunSection run={told.run} />
            <Environment files={told.environment} />
          </div>
          <Stages stages={told.stages} />
          <div className="lineage-columns">
            <Data data={told.data} />
            <Commits told={told} />
          </div>
        </div>
      )}
    </Asked>
  );
}

/** What is folded on the screen is unfolded on paper. */
function useOpenForPrint(): void {
  useEffect(() => {
    const open = () => {
      for (const details of document.querySelectorAll<HTMLDetailsElement>('.account details')) details.open = true;
    };
    window.addEventListener('beforeprint', open);
    return () => window.removeEventListener('beforeprint', open);
  }, []);
}

function NotKnown({ missing }: Pick<PredictionLineage, 'missing'>) {
  if (missing.length === 0) return null;
  return (
    <section className="account-missing" aria-label="What is not known">
      <h2>
        <StateShape tone="attention" /> Not known
      </h2>
      <dl>
        {missing.map(({ part, why }) => (
          <div key={`${part} ${why}`}>
            <dt>{part}</dt>
            <dd>{why}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
