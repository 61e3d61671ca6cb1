import { Link } from '@tanstack/react-router';
import type { PipelineRun, StageRun } from '../../../../src/api/pipeline-runs.ts';
import { formatBytes, formatDuration } from '../../ui/format.ts';
import { markOf, StateMark } from '../../ui/state-mark.tsx';
import { Duration, useNow } from '../../ui/time.tsx';

/** Each stage on one line: when it ran within the pipeline run, and what it took of the machine. */
export function StageTimeline({ run, stages, chosen }: { run: PipelineRun; stages: readonly StageRun[]; chosen: string | undefined }) {
  const now = useNow();
  // Clocks of other machines may put a stage before its pipeline run.
  const from = Math.min(run.startedAt, ...stages.flatMap(({ startedAt }) => startedAt ?? []));
  const end = Math.max(run.endedAt ?? now, ...stages.flatMap(({ endedAt }) => endedAt ?? []));
  const span = Math.max(1, end - from);
  return (
    <div className="plain-scroll" role="region" aria-label="Stages in time" tabIndex={0}>
      <table className="plain timeline">
        <thead>
          <tr>
            <th scope="col">Stage</th>
            <th scope="col">State</th>
            <th scope="col" className="timeline-bars">
              <span>0</span>
              <span>{formatDuration(span)}</span>
            </th>
            <th scope="col" className="number">
              Took
            </th>
            <th scope="col" className="number">
              CPU
            </th>
            <th scope="col" className="number">
              Memory
            </th>
          </tr>
        </thead>
        <tbody>
          {stages.map((stage) => (
            <tr key={stage.stage} className={stage.stage === chosen ? 'row-chosen' : undefined}>
              <td>
                <Link to="." search={(previous: Record<string, unknown>) => ({ ...previous, stage: stage.stage })} resetScroll={false}>
                  {stage.stage}
                </Link>
              </td>
              <td>
                <StateMark state={stage.state} />
              </td>
              <td>
                <Bar stage={stage} from={from} span={span} now={now} />
              </td>
              <td className="number">{stage.startedAt === null ? '–' : <Duration from={stage.startedAt} to={stage.endedAt} />}</td>
              <td className="number">{stage.cpuSeconds === null ? '–' : formatDuration(stage.cpuSeconds * 1000)}</td>
              <td className="number">{stage.peakMemoryBytes === null ? '–' : formatBytes(stage.peakMemoryBytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Bar({ stage, from, span, now }: { stage: StageRun; from: number; span: number; now: number }) {
  if (stage.startedAt === null) return null;
  const left = ((stage.startedAt - from) / span) * 100;
  const width = (((stage.endedAt ?? now) - stage.startedAt) / span) * 100;
  return (
    <div className="bar-track">
      <div
        className={`bar bar-${markOf(stage.state).tone}`}
        style={{ left: `${Math.min(99, Math.max(0, left))}%`, width: `${Math.max(0.8, Math.min(100, width))}%` }}
      />
    </div>
  );
}
