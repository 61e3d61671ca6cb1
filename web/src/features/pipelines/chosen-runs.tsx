import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { PipelineRun } from '../../../../src/api/pipeline-runs.ts';
import { plural } from '../../ui/format.ts';
import '../../ui/comparison.css';

/** Two chosen runs of one project can be compared: the older first, which ids tell. */
export function ChosenRuns({ ids, runs, onClear }: { ids: readonly string[]; runs: readonly PipelineRun[]; onClear: () => void }) {
  const [from, to] = ids.toSorted();
  const projects = new Set(runs.flatMap((run) => (ids.includes(run.id) ? [run.project] : [])));
  const advice = ids.length !== 2 ? 'Two can be compared.' : projects.size > 1 ? 'Only runs of one project can be compared.' : undefined;
  return (
    <div className="selection-bar" role="group" aria-label="Chosen pipeline runs">
      <strong>{plural(ids.length, 'pipeline run')} chosen</strong>
      {advice === undefined ? (
        <Link to="/pipelines/compare" search={{ from, to }} className="button-link">
          Compare
        </Link>
      ) : (
        <span>{advice}</span>
      )}
      <Button variant="subtle" color="gray" onClick={onClear}>
        Clear
      </Button>
    </div>
  );
}
