import { Link } from '@tanstack/react-router';
import type { ComparedStageRun, PipelineRunComparison, StageComparison } from '../../../../src/api/pipeline-run-comparison.ts';
import { Command } from '../../ui/copy.tsx';
import { formatBytes, formatDuration } from '../../ui/format.ts';
import { Section } from '../../ui/page.tsx';
import { PlainTable } from '../../ui/plain-table.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { becauseOf } from './because.ts';

/** Each stage in both runs: how it ended, what it took, and why it is not what it was. */
export function ComparedStages({ compared, stages }: { compared: PipelineRunComparison; stages: readonly StageComparison[] }) {
  const side = (id: string, run: ComparedStageRun | null, stage: string, base?: ComparedStageRun | null) =>
    run === null ? <span className="dim">not there</span> : <Outcome pipelineRunId={id} stage={stage} run={run} base={base ?? null} />;
  return (
    <Section title="Stages">
      {stages.length === 0 ? (
        <p className="dim">No stage differs.</p>
      ) : (
        <PlainTable
          className="compared-stages"
          label="Stages compared"
          heads={['Stage', 'Change', `First, ${compared.from.name}`, `Second, ${compared.to.name}`, 'Because']}
          rows={stages.map((item) => ({
            key: item.stage,
            className: item.kind === 'unchanged' ? undefined : 'differs',
            cells: [
              <bdi key="stage">{item.stage}</bdi>,
              item.kind,
              side(compared.from.id, item.from, item.stage),
              side(compared.to.id, item.to, item.stage, item.from),
              <bdi key="because">{becauseOf(item)}</bdi>,
            ],
          }))}
        />
      )}
    </Section>
  );
}

function Outcome(props: { pipelineRunId: string; stage: string; run: ComparedStageRun; base: ComparedStageRun | null }) {
  const { run, base } = props;
  const took = tookOf(run);
  const before = base === null ? undefined : tookOf(base);
  return (
    <>
      <Link to="/pipelines/$id" params={{ id: props.pipelineRunId }} search={{ stage: props.stage }}>
        <StateMark state={run.state} />
      </Link>
      <div className="delta">
        {took === undefined ? 'not run' : formatDuration(took)}
        {took !== undefined &&
          before !== undefined &&
          took !== before &&
          ` (${took > before ? '+' : '−'}${formatDuration(Math.abs(took - before))})`}
        {run.cpuSeconds !== null && ` · CPU ${formatDuration(run.cpuSeconds * 1000)}`}
        {run.peakMemoryBytes !== null && ` · ${formatBytes(run.peakMemoryBytes)}`}
      </div>
    </>
  );
}

function tookOf({ startedAt, endedAt }: ComparedStageRun): number | undefined {
  return startedAt === null || endedAt === null ? undefined : endedAt - startedAt;
}

/** The commands of stages whose command is another one. */
export function ComparedCommands({ stages }: { stages: readonly StageComparison[] }) {
  const changed = stages.flatMap(({ stage, from, to }) =>
    from === null || to === null || from.command === to.command ? [] : [{ stage, from: from.command, to: to.command }],
  );
  if (changed.length === 0) return null;
  return (
    <Section title="Commands">
      <PlainTable
        label="Commands compared"
        heads={['Stage', 'First', 'Second']}
        rows={changed.map(({ stage, from, to }) => ({
          key: stage,
          cells: [<bdi key="stage">{stage}</bdi>, <Command key="from" text={from} />, <Command key="to" text={to} />],
        }))}
      />
    </Section>
  );
}
