import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Run } from '../../../../sdk/src/mlflow.ts';
import { Id } from '../../ui/copy.tsx';
import { Facts, Section } from '../../ui/page.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { MetricCell } from '../../ui/metric.tsx';
import { childrenQuery, versionsOfRunQuery } from './run-queries.ts';
import { RunNote } from './run-note.tsx';
import { RunTags } from './run-tags.tsx';

export function RunOverview({ run }: { run: Run }) {
  return (
    <div className="two-columns">
      <div className="page-column">
        <Metrics run={run} />
        <Params run={run} />
      </div>
      <div className="page-column">
        <Origin run={run} />
        <Models run={run} />
        <Datasets run={run} />
        <Section title="Note">
          <RunNote run={run} />
        </Section>
        <Section title="Tags">
          <RunTags run={run} />
        </Section>
        <Children run={run} />
      </div>
    </div>
  );
}

function Metrics({ run }: { run: Run }) {
  const metrics = run.metrics.filter(({ key }) => !key.startsWith('system/')).toSorted((a, b) => a.key.localeCompare(b.key));
  return (
    <Section title="Metrics">
      {metrics.length === 0 ? (
        <p className="dim">None logged.</p>
      ) : (
        <table className="plain">
          <thead>
            <tr>
              <th scope="col">Metric</th>
              <th scope="col" className="number">
                Last value
              </th>
              <th scope="col" className="number">
                Step
              </th>
            </tr>
          </thead>
          <tbody>
            {metrics.map(({ key, value, step }) => (
              <tr key={key}>
                <td>
                  {step > 0 ? (
                    <Link to="." search={{ tab: 'curves', metrics: key }}>
                      {key}
                    </Link>
                  ) : (
                    key
                  )}
                </td>
                <td className="number">
                  <MetricCell value={value} />
                </td>
                <td className="number dim">{step}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Section>
  );
}

function Params({ run }: { run: Run }) {
  const params = Object.entries(run.params).toSorted(([a], [b]) => a.localeCompare(b));
  return <Section title="Params">{params.length === 0 ? <p className="dim">None logged.</p> : <Facts facts={params} />}</Section>;
}

/** The code, stage and machine that made the run. */
function Origin({ run }: { run: Run }) {
  const tag = (key: string) => run.tags[key];
  const commit = tag('mlflow.source.git.commit');
  const pipelineRun = tag('millwright.pipeline_run');
  const stage = tag('millwright.stage');
  const parent = tag('mlflow.parentRunId');
  return (
    <Section title="Where it came from">
      <Facts
        facts={[
          commit !== undefined && ['Commit', <Id key="commit" id={commit} what="commit" />],
          pipelineRun !== undefined && [
            'Stage',
            <Link key="stage" to="/pipelines/$id" params={{ id: pipelineRun }} search={stage === undefined ? {} : { stage }}>
              {stage ?? 'pipeline run'}
            </Link>,
          ],
          parent !== undefined && ['Parent run', <Id key="parent" id={parent} to={`/experiments/runs/${parent}`} what="run id" />],
          ['Source', tag('mlflow.source.name') ?? '–'],
          ['User', run.userId === '' ? '–' : run.userId],
          ['Files', <code key="files">{run.artifactUri}</code>],
        ]}
      />
    </Section>
  );
}

function Models({ run }: { run: Run }) {
  const versions = useQuery(versionsOfRunQuery(run.id));
  const registered = versions.data ?? [];
  if (registered.length === 0 && run.modelOutputs.length === 0) return null;
  return (
    <Section title="Models">
      <Facts
        facts={[
          ...run.modelOutputs.map((id) => ['Logged', <Id key={id} id={id} what="model id" />] as const),
          ...registered.map(
            ({ name, version, aliases }) =>
              [
                'Registered',
                <Link key={`${name}/${version}`} to="/models/$name" params={{ name }} search={{ version }}>
                  {name} v{version} {aliases.map((alias) => `@${alias}`).join(' ')}
                </Link>,
              ] as const,
          ),
        ]}
      />
    </Section>
  );
}

function Datasets({ run }: { run: Run }) {
  if (run.datasets.length === 0) return null;
  return (
    <Section title="Datasets">
      <table className="plain">
        <tbody>
          {run.datasets.map(({ name, digest, context, sourceType }) => (
            <tr key={`${name}/${digest}/${context ?? ''}`}>
              <td>{name}</td>
              <td className="dim">{context ?? sourceType}</td>
              <td>
                <Id id={digest} what="digest" />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

function Children({ run }: { run: Run }) {
  const children = useQuery(childrenQuery(run.id, run.experimentId));
  const items = children.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <Section title="Nested runs">
      <table className="plain">
        <tbody>
          {items.map((child) => (
            <tr key={child.id}>
              <td>
                <Link to="/experiments/runs/$runId" params={{ runId: child.id }}>
                  {child.name}
                </Link>
              </td>
              <td>
                <StateMark state={child.status} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}
