import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Model, ModelVersion } from '../../../../src/api/models.ts';
import { writeList } from '../../app/search.ts';
import { Command, Id } from '../../ui/copy.tsx';
import { Facts, Section } from '../../ui/page.tsx';
import { Problem } from '../../ui/problem.tsx';
import { shellWord } from '../../ui/shell-word.ts';
import { MetricCell } from '../../ui/metric.tsx';
import { runQuery } from '../experiments/run-queries.ts';
import { ParityDetail } from './parity.tsx';
import { standingsOf } from './standing.ts';

/** The chosen version: where it came from, what its run measured, and how to load it. */
export function VersionPanel({ model, version, versions }: { model: Model; version: ModelVersion; versions: readonly ModelVersion[] }) {
  const alias = version.aliases[0];
  const uri = alias === undefined ? `models:/${model.name}/${version.version}` : `models:/${model.name}@${alias}`;
  return (
    <div className="page-column">
      <Section
        title={`Version ${version.version}`}
        actions={
          <Link
            to="/lineage"
            search={{ kind: 'model_version', id: `${model.name}/${version.version}` }}
            className="button-link button-plain"
          >
            Lineage
          </Link>
        }
      >
        <Facts
          facts={[
            version.description !== '' && ['About', version.description],
            ['Files', <code key="source">{version.source}</code>],
            version.digest !== null && ['Digest', <Id key="digest" id={version.digest} what="digest" />],
            version.parity !== null && ['ONNX flavour', <ParityDetail key="parity" parity={version.parity} />],
            ...version.tags.map(({ key, value }) => [key, value] as const),
          ]}
        />
      </Section>
      {version.runId === null ? (
        <p className="dim">It was registered without a run.</p>
      ) : (
        <FromRun runId={version.runId} compareWith={championRun(model, version, versions)} />
      )}
      <Section title="Use it">
        <Command text={`mlflow.pyfunc.load_model(${JSON.stringify(uri)})`} />
        <Command text={`MLFLOW_TRACKING_URI=${location.origin} mlflow artifacts download -u ${shellWord(uri)} -d model`} />
      </Section>
    </div>
  );
}

/** The run of the promoted version, where another one is looked at. */
function championRun(model: Model, version: ModelVersion, versions: readonly ModelVersion[]): string | undefined {
  const promoted = standingsOf(model)[0]?.version;
  const champion = versions.find((other) => other.version === promoted && other.version !== version.version);
  return champion?.runId ?? undefined;
}

function FromRun({ runId, compareWith }: { runId: string; compareWith: string | undefined }) {
  const query = useQuery(runQuery(runId));
  const run = query.data;
  const compared = writeList(compareWith === undefined ? [] : [compareWith, runId]);
  if (query.error !== null) return <Problem error={query.error} />;
  if (run === undefined) return null;
  const commit = run.tags['mlflow.source.git.commit'];
  const pipelineRun = run.tags['millwright.pipeline_run'];
  const stage = run.tags['millwright.stage'];
  return (
    <>
      <Section title="Where it came from">
        <Facts
          facts={[
            [
              'Run',
              <Link key="run" to="/experiments/runs/$runId" params={{ runId }}>
                {run.name}
              </Link>,
            ],
            commit !== undefined && ['Commit', <Id key="commit" id={commit} what="commit" />],
            pipelineRun !== undefined && [
              'Stage',
              <Link key="stage" to="/pipelines/$id" params={{ id: pipelineRun }} search={stage === undefined ? {} : { stage }}>
                {stage ?? 'pipeline run'}
              </Link>,
            ],
            ...run.datasets.map(
              ({ name, digest }) =>
                [
                  'Data',
                  <span key={digest}>
                    {name} <Id id={digest} what="digest" />
                  </span>,
                ] as const,
            ),
            compared !== undefined && [
              'Against',
              <Link key="compare" to="/experiments/compare" search={{ runs: compared, tab: 'values' }}>
                compare with the promoted version
              </Link>,
            ],
          ]}
        />
      </Section>
      {run.metrics.length > 0 && (
        <Section title="Metrics of its run">
          <Facts
            facts={run.metrics
              .filter(({ key }) => !key.startsWith('system/'))
              .map(({ key, value }) => [key, <MetricCell key={key} value={value} />])}
          />
        </Section>
      )}
    </>
  );
}
