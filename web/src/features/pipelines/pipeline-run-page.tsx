import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { PipelineRun, PipelineRunDetail } from '../../../../src/api/pipeline-runs.ts';
import { Asked } from '../../ui/asked.tsx';
import { CopyAsCode, Id } from '../../ui/copy.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { shellWord } from '../../ui/shell-word.ts';
import { StateMark } from '../../ui/state-mark.tsx';
import { Age, Duration } from '../../ui/time.tsx';
import { pipelineRunQuery } from './pipeline-queries.ts';
import { StageGraph } from './stage-graph.tsx';
import { StagePanel } from './stage-panel.tsx';
import { StageTimeline } from './stage-timeline.tsx';
import './pipelines.css';

const route = getRouteApi('/pipelines/$id');

/** One pipeline run: its graph, its stages in time, and the chosen stage with its log. */
export function PipelineRunPage() {
  const { id } = route.useParams();
  const { stage } = route.useSearch();
  const query = useQuery(pipelineRunQuery(id));
  const run = query.data?.run;
  return (
    <Page
      title={run?.name ?? 'Pipeline run'}
      about={run !== undefined && <About run={run} />}
      actions={
        <>
          <Link to="/lineage" search={{ kind: 'pipeline_run', id }} className="button-link button-plain">
            Lineage
          </Link>
          <CopyAsCode code={asCode(id)} />
        </>
      }
    >
      <Asked query={query}>{(detail) => <Detail detail={detail} chosen={stage} />}</Asked>
    </Page>
  );
}

function Detail({ detail, chosen }: { detail: PipelineRunDetail; chosen: string | undefined }) {
  const { run, stages, patch } = detail;
  const stage =
    stages.find((item) => item.stage === chosen) ??
    stages.find((item) => item.state === 'failed') ??
    stages.find((item) => item.state === 'running') ??
    stages.at(-1);
  return (
    <>
      {run.message !== null && run.state !== 'succeeded' && <p className="run-message">{run.message}</p>}
      <StageGraph stages={stages} chosen={stage?.stage} />
      <div className="run-columns">
        <Section title="Timeline">
          <StageTimeline run={run} stages={stages} chosen={stage?.stage} />
        </Section>
        {stage !== undefined && <StagePanel key={stage.stage} pipelineRunId={run.id} stage={stage} />}
      </div>
      {patch !== null && (
        <details className="patch">
          <summary>The tree had changes that were not committed: show the patch</summary>
          <pre tabIndex={0}>{patch}</pre>
        </details>
      )}
    </>
  );
}

function About({ run }: { run: PipelineRun }) {
  return (
    <>
      <StateMark state={run.state} />
      <span>
        started <Age at={run.startedAt} />, took <Duration from={run.startedAt} to={run.endedAt} />
      </span>
      <span>
        <code>{run.cause}</code> by {run.actor}
      </span>
      {run.commit !== null && (
        <span>
          at <Id id={run.commit} what="commit" /> {run.branch}
          {run.dirty && ', with changes'}
        </span>
      )}
      <Id id={run.id} what="pipeline run id" />
    </>
  );
}

function asCode(id: string) {
  const url = `${location.origin}/api/1/pipeline-runs/${encodeURIComponent(id)}`;
  return {
    cli: `millwright runs show ${shellWord(id)}`,
    curl: `curl -s ${shellWord(url)}`,
    python: `import json, urllib.request\nrun = json.load(urllib.request.urlopen(${JSON.stringify(url)}))\nprint(run["run"]["state"], [stage["stage"] for stage in run["stages"]])`,
  };
}
