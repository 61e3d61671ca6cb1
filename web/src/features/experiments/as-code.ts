import type { Experiment, Run } from '../../../../sdk/src/mlflow.ts';
import type { AsCode } from '../../ui/copy.tsx';
import { shellWord } from '../../ui/shell-word.ts';
import { toFilter, toOrderBy, type RunsView } from './runs-view.ts';

/** The runs that the table shows. */
export function searchAsCode(view: RunsView, experiments: readonly Experiment[]): AsCode {
  const filter = toFilter(view.filter);
  const orderBy = toOrderBy(view.sort);
  const ids = view.experimentIds.length > 0 ? view.experimentIds : experiments.map((experiment) => experiment.id);
  const body = JSON.stringify({ experiment_ids: ids, filter, order_by: orderBy, max_results: 200 });
  return {
    cli: `MLFLOW_TRACKING_URI=${location.origin} mlflow runs list --experiment-id ${shellWord(ids[0] ?? '0')}`,
    curl: `curl -s ${location.origin}/api/2.0/mlflow/runs/search \\\n  -H 'Content-Type: application/json' \\\n  -d ${shellWord(body)}`,
    python: [
      'import mlflow',
      `mlflow.set_tracking_uri("${location.origin}")`,
      `runs = mlflow.search_runs(`,
      `    experiment_ids=${JSON.stringify(ids)},`,
      `    filter_string=${JSON.stringify(filter)},`,
      `    order_by=${JSON.stringify(orderBy)},`,
      ')',
    ].join('\n'),
  };
}

export function runAsCode(run: Run): AsCode {
  return {
    cli: `MLFLOW_TRACKING_URI=${location.origin} mlflow runs describe --run-id ${run.id}`,
    curl: `curl -s '${location.origin}/api/2.0/mlflow/runs/get?run_id=${run.id}'`,
    python: `import mlflow\nmlflow.set_tracking_uri("${location.origin}")\nrun = mlflow.get_run("${run.id}")\nprint(run.data.metrics, run.data.params)`,
  };
}
