import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import type { PredictionLineage } from '../../../../src/api/lineage.ts';
import { millwright } from '../../app/api.ts';
import { Asked } from '../../ui/asked.tsx';
import { Id } from '../../ui/copy.tsx';
import { formatTime, plural } from '../../ui/format.ts';
import { Facts, Section } from '../../ui/page.tsx';
import { PlainTable } from '../../ui/plain-table.tsx';
import { StateShape } from '../../ui/state-mark.tsx';
import { DecisionItem } from '../models/decisions.tsx';
import '../models/models.css';

const shownRows = 5;

/** Where one prediction came from, in the order in which an auditor asks: what, by which model, let through by whom, made of what. */
export function PredictionAccount({ requestId, endpoint }: { requestId: string; endpoint: string | undefined }) {
  const query = useQuery({
    queryKey: ['lineage', 'prediction', requestId, endpoint],
    queryFn: () => millwright.predictionLineage(requestId, endpoint),
  });
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

function Asking({ told: { requestId, record, others } }: { told: PredictionLineage }) {
  return (
    <Section title="The prediction">
      <Facts
        facts={[
          ['Request id', <Id key="id" id={requestId} what="request id" />],
          ['When', formatTime(record.at)],
          ['Status', `${record.status}${record.status < 400 ? ' answered' : ''}, in ${record.latencyMs} ms`],
          record.errorCode !== null && ['Error', `${record.errorCode}: ${record.errorMessage ?? ''}`],
          record.rows > 1 && ['Rows', String(record.rows)],
          others.length > 0 && [
            'Also answered by',
            <span key="others">
              {others.map(({ endpoint, at }) => (
                <Link key={`${endpoint} ${at}`} to="/lineage" search={{ kind: 'prediction', id: requestId, endpoint }}>
                  {endpoint}{' '}
                </Link>
              ))}
            </span>,
          ],
        ]}
      />
      {record.shown.slice(0, shownRows).map(({ row, features, prediction }) => (
        <div key={row} className="account-row">
          <p>
            <span className="dim">{record.rows > 1 ? `Prediction of row ${row}` : 'Prediction'}</span> <b>{plainText(prediction)}</b>
          </p>
          {features === null ? (
            <p className="dim">No features were kept.</p>
          ) : (
            <dl className="account-features">
              {Object.entries(features).map(([name, value]) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>{plainText(value)}</dd>
                </div>
              ))}
            </dl>
          )}
        </div>
      ))}
      {record.rows > shownRows && (
        <Link to="/predictions" search={{ record: requestId }}>
          {plural(record.rows - shownRows, 'more row')}
        </Link>
      )}
    </Section>
  );
}

function plainText(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? null);
  return text.length > 500 ? `${text.slice(0, 500)} …` : text;
}

function Answering({ told: { record, deployment, version } }: { told: PredictionLineage }) {
  return (
    <Section title="What answered">
      <Facts
        facts={[
          [
            'Endpoint',
            record.protocol === 'sent' ? (
              record.endpoint
            ) : (
              <Link key="endpoint" to="/endpoints/$name" params={{ name: record.endpoint }}>
                {record.endpoint}
              </Link>
            ),
          ],
          deployment !== null && [
            'Live',
            `${formatTime(deployment.liveAt)} ${deployment.endedAt === null ? 'until now' : `to ${formatTime(deployment.endedAt)}`}`,
          ],
          deployment !== null && ['Because of', `${deployment.reason}, by ${deployment.actor}`],
          deployment !== null && deployment.flavor !== null && ['Served as', deployment.flavor],
          version === null
            ? ['Model version', record.model === null ? 'none' : `${record.model} ${record.version ?? ''}, as the record says`]
            : [
                'Model version',
                <Link key="version" to="/models/$name" params={{ name: version.model }} search={{ version: String(version.version) }}>
                  {version.model} v{version.version}
                </Link>,
              ],
          version !== null && ['Registered', formatTime(version.createdAt)],
          version !== null && ['Source', <code key="source">{version.source}</code>],
          version !== null && version.digest !== null && ['Digest', <Id key="digest" id={version.digest} what="digest" />],
        ]}
      />
    </Section>
  );
}

function RunSection({ run }: Pick<PredictionLineage, 'run'>) {
  if (run === null) return null;
  return (
    <Section title="The run that made the model">
      <Facts
        facts={[
          [
            'Run',
            <Link key="run" to="/experiments/runs/$runId" params={{ runId: run.id }}>
              {run.name}
            </Link>,
          ],
          ['Run id', <Id key="id" id={run.id} what="run id" />],
          ['Started', `${formatTime(run.startedAt)}${run.user === '' ? '' : `, by ${run.user}`}`],
          ['State', run.status.toLowerCase()],
          run.deletedAt !== null && ['Deleted', formatTime(run.deletedAt)],
          ...run.params.map(({ name, value }) => [`param ${name}`, value] as const),
          ...run.metrics.map(({ name, value }) => [`metric ${name}`, value] as const),
        ]}
      />
    </Section>
  );
}

function Environment({ files }: { files: PredictionLineage['environment'] }) {
  if (files.length === 0) return null;
  return (
    <Section title="Environment">
      {files.map(({ path, text }) => (
        <div key={path} className="account-file">
          <h3>{path}</h3>
          <pre tabIndex={0}>{text}</pre>
        </div>
      ))}
    </Section>
  );
}

function Stages({ stages }: Pick<PredictionLineage, 'stages'>) {
  if (stages.length === 0) return null;
  const rows = stages.map((stage) => ({
    key: stage.id,
    cells: [
      <Link key="stage" to="/pipelines/$id" params={{ id: stage.pipelineRun.id }} search={{ stage: stage.stage }}>
        {stage.stage}
      </Link>,
      stage.pipelineRun.name,
      stage.endedAt === null ? stage.state : `${stage.state}, ${formatTime(stage.endedAt)}`,
      <code key="command">{stage.command}</code>,
      <Params key="params" params={stage.params} />,
    ],
  }));
  return (
    <Section title="Stage runs, the nearest first">
      <PlainTable label="Stage runs" heads={['Stage', 'Pipeline run', 'State', 'Command', 'Parameters']} rows={rows} />
    </Section>
  );
}

function Params({ params }: { params: Readonly<Record<string, Readonly<Record<string, unknown>>>> }) {
  const all = Object.values(params).flatMap((values) => Object.entries(values));
  if (all.length === 0) return <span className="dim">none</span>;
  return (
    <>
      {all.map(([name, value]) => (
        <div key={name}>
          {name} = <code>{JSON.stringify(value)}</code>
        </div>
      ))}
    </>
  );
}

function Data({ data }: Pick<PredictionLineage, 'data'>) {
  if (data.length === 0) return null;
  const rows = data
    .toSorted((a, b) => b.origin.localeCompare(a.origin))
    .map(({ id, label, href, origin }) => ({
      key: id,
      cells: [
        origin === 'raw' ? 'raw' : 'made by a stage',
        href === null ? (
          label
        ) : (
          <Link key="label" to={href}>
            {label}
          </Link>
        ),
        <span key="id" className="account-hash">
          <Link to="/lineage" search={{ kind: 'data_version', id }} title="Its lineage">
            <code>{id}</code>
          </Link>
        </span>,
      ],
    }));
  return (
    <Section title="Data versions">
      <PlainTable label="Data versions" heads={['Origin', 'Path', 'Content']} rows={rows} />
    </Section>
  );
}

function Commits({ told: { commits, patch } }: { told: PredictionLineage }) {
  if (commits.length === 0) return null;
  return (
    <Section title="Code">
      {commits.map(({ hash, branch, dirty }) => (
        <p key={hash} className="account-hash">
          <Link to="/lineage" search={{ kind: 'commit', id: hash }}>
            <code>{hash}</code>
          </Link>{' '}
          {branch !== null && `on ${branch}`}
          {dirty && ', with changes that were not committed'}
        </p>
      ))}
      {patch !== null && (
        <details className="patch">
          <summary>What the tree had beside the commit</summary>
          <pre tabIndex={0}>{patch}</pre>
        </details>
      )}
    </Section>
  );
}
