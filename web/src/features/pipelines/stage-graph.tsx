import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { StageRun } from '../../../../src/api/pipeline-runs.ts';
import { formatDuration } from '../../ui/format.ts';
import { Graph } from '../../ui/graph.tsx';
import { markOf, StateShape } from '../../ui/state-mark.tsx';
import { widthOf } from './stage-width.ts';

/** The stages as DVC orders them; colour, shape and word say how each stands. */
export function StageGraph({ stages, chosen }: { stages: readonly StageRun[]; chosen: string | undefined }) {
  const nodes = useMemo(
    () =>
      stages.map((stage) => ({
        id: stage.stage,
        width: widthOf(stage.stage),
        content: <StageBox stage={stage} chosen={stage.stage === chosen} />,
      })),
    [stages, chosen],
  );
  const edges = useMemo(
    () => stages.flatMap((stage) => stage.after.map((from) => ({ from, to: stage.stage, active: stage.state === 'running' }))),
    [stages],
  );
  return <Graph label="Stages" nodes={nodes} edges={edges} maxHeight={440} focus={chosen} />;
}

function StageBox({ stage, chosen }: { stage: StageRun; chosen: boolean }) {
  const { tone, word } = markOf(stage.state);
  const took = stage.startedAt !== null && stage.endedAt !== null ? ` · ${formatDuration(stage.endedAt - stage.startedAt)}` : '';
  return (
    <Link
      to="."
      search={(previous: Record<string, unknown>) => ({ ...previous, stage: stage.stage })}
      resetScroll={false}
      className={`graph-box edge-${tone}${chosen ? ' chosen' : ''}`}
      aria-current={chosen ? 'true' : undefined}
    >
      <StateShape tone={tone} />
      <div>
        <b title={stage.stage}>{stage.stage}</b>
        <small>
          {word}
          {took}
        </small>
      </div>
    </Link>
  );
}
