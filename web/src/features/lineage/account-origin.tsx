import { Link } from '@tanstack/react-router';
import type { PredictionLineage } from '../../../../src/api/lineage.ts';
import { Id } from '../../ui/copy.tsx';
import { formatTime } from '../../ui/format.ts';
import { Facts, Section } from '../../ui/page.tsx';
import { PlainTable } from '../../ui/plain-table.tsx';

export function RunSection({ run }: Pick<PredictionLineage, 'run'>) {
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

/** What the model asks to run in. */
export function Environment({ files }: { files: PredictionLineage['environment'] }) {
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

export function Stages({ stages }: Pick<PredictionLineage, 'stages'>) {
  if (stages.length === 0) return null;
  const rows = stages.map((stage) => ({
    key: stage.id,
    cells: [
      <span key="stage" className="lineage-object">
        <Link to="/pipelines/$id" params={{ id: stage.pipelineRun.id }} search={{ stage: stage.stage }}>
          {stage.stage}
        </Link>
      </span>,
      stage.pipelineRun.name,
      stage.endedAt === null ? stage.state : `${stage.state}, ${formatTime(stage.endedAt)}`,
      <code key="command" className="lineage-object">
        {stage.command}
      </code>,
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

export function Data({ data }: Pick<PredictionLineage, 'data'>) {
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

export function Commits({ told: { commits, patch } }: { told: PredictionLineage }) {
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
