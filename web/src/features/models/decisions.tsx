import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Decision } from '../../../../src/api/models.ts';
import { Asked } from '../../ui/asked.tsx';
import { Id } from '../../ui/copy.tsx';
import { StateMark, StateShape } from '../../ui/state-mark.tsx';
import { Age } from '../../ui/time.tsx';
import { MetricCell } from '../../ui/metric.tsx';
import { decisionsQuery } from './model-queries.ts';
import { readEvidence, titleOf } from './standing.ts';

/** Every promotion and refusal, newest first, with what it rests on. */
export function Decisions({ name }: { name: string }) {
  const query = useQuery(decisionsQuery(name));
  return (
    <Asked query={query}>
      {({ items }) =>
        items.length === 0 ? (
          <p className="dim">No alias or stage was moved yet.</p>
        ) : (
          <ol className="decisions">
            {items.map((decision) => (
              <DecisionItem key={decision.id} decision={decision} />
            ))}
          </ol>
        )
      }
    </Asked>
  );
}

/** One promotion or refusal with what it rests on. */
export function DecisionItem({ decision }: { decision: Decision }) {
  const refused = decision.outcome === 'refused';
  return (
    <li id={decision.id}>
      <p className="decision-head">
        <StateMark
          state={refused ? 'refused' : decision.basis === 'override' ? 'overridden' : 'promoted'}
          word={refused ? 'Refused' : wordOf(decision)}
        />
        <span>
          {decision.version === null ? 'no version' : `v${decision.version}`} as <b>{titleOf(decision.target)}</b>
          {decision.previousVersion !== null && !refused && <span className="dim"> after v{decision.previousVersion}</span>}
        </span>
        <span className="dim">
          by {decision.actor}, <Age at={decision.at} />
        </span>
      </p>
      {(refused || decision.basis === 'override') && <p className="decision-why">{decision.message}</p>}
      {decision.clauses.length > 0 && <Clauses decision={decision} />}
      {decision.evidence !== null && <Evidence evidence={decision.evidence} />}
    </li>
  );
}

function wordOf({ basis, version }: Decision): string {
  if (version === null) return 'Taken away';
  return basis === 'override' ? 'Promoted past the gate' : 'Promoted';
}

function Clauses({ decision }: { decision: Decision }) {
  return (
    <ul className="clauses">
      {decision.clauses.map(({ clause, passed, values, error }) => (
        <li key={clause}>
          <StateShape tone={passed ? 'fine' : 'failed'} size={11} />
          <span className="visually-hidden">{passed ? 'holds' : 'fails'}: </span>
          <code>{clause}</code>
          <span className="dim">
            {Object.entries(values)
              .map(([path, value]) => `${path} = ${String(value)}`)
              .join(', ')}
            {error}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Evidence({ evidence }: { evidence: NonNullable<Decision['evidence']> }) {
  const table = readEvidence(evidence.content);
  return (
    <details className="evidence">
      <summary>Evidence: {evidence.file}</summary>
      {table === undefined ? (
        <pre tabIndex={0}>{evidence.content}</pre>
      ) : (
        <table className="plain">
          <thead>
            <tr>
              <td />
              {table.objects.map((name) => (
                <th key={name} scope="col" className="number">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {table.rows.map(([key, values]) => (
              <tr key={key}>
                <td>{key}</td>
                {values.map((value, index) => (
                  <td key={table.objects[index]} className="number">
                    <EvidenceValue value={value} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <p className="dim">
        handed over by{' '}
        <Link to="/lineage" search={{ kind: 'stage_run', id: evidence.stageRunId }}>
          its stage run
        </Link>
        ; sha256 <Id id={evidence.sha256} what="sha256" />
      </p>
    </details>
  );
}

function EvidenceValue({ value }: { value: unknown }) {
  if (value === undefined) return <span className="dim">–</span>;
  if (typeof value === 'number') return <MetricCell value={value} />;
  return <code>{typeof value === 'string' ? value : JSON.stringify(value)}</code>;
}
