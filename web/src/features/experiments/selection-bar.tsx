import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Run } from '../../../../sdk/src/mlflow.ts';
import { writeList } from '../../app/search.ts';
import { plural } from '../../ui/format.ts';
import '../../ui/comparison.css';
import { DeleteRunsButton, RestoreRunsButton } from './delete-runs.tsx';

/** What can be done with the chosen runs. */
export function SelectionBar({
  ids,
  deleted,
  runs,
  onClear,
}: {
  ids: readonly string[];
  deleted: boolean;
  runs: readonly Run[];
  onClear: () => void;
}) {
  const names = new Map(runs.map((run) => [run.id, run.name]));
  return (
    <div className="selection-bar" role="group" aria-label="Chosen runs">
      <strong>{plural(ids.length, 'run')} chosen</strong>
      <Link to="/experiments/compare" search={compareSearch(ids)} className="button-link">
        Compare
      </Link>
      {deleted ? (
        <RestoreRunsButton ids={ids} onDone={onClear} />
      ) : (
        <DeleteRunsButton ids={ids} names={ids.map((id) => names.get(id) ?? id)} onDone={onClear} />
      )}
      <Button variant="subtle" color="gray" onClick={onClear}>
        Clear
      </Button>
    </div>
  );
}

function compareSearch(ids: readonly string[]): { runs?: string } {
  const runs = writeList(ids);
  return runs === undefined ? {} : { runs };
}
