/** Fills the database of a server that is not running with more than an API would take in a benchmark's time. */
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';

export const manyRuns = { experimentId: 900, name: 'many runs', runs: 100_000 } as const;
export const longRun = { runId: 'c0de'.repeat(8), metric: 'loss', points: 1_000_000 } as const;

/** An experiment of 100,000 runs with three params and metrics each, and a run with a curve of a million points. */
export function seedMany(stateDirectory: string): void {
  const db = new DatabaseSync(join(stateDirectory, 'millwright.db'));
  const { experimentId: experiment, name, runs } = manyRuns;
  const now = Date.now();
  const count = `with recursive n(i) as (select 1 union all select i + 1 from n where i < `;
  db.exec('begin');
  db.exec(`insert into experiments (id, workspace_id, name, artifact_location, created_at, updated_at)
    values (${experiment}, 1, '${name}', 'mlflow-artifacts:/${experiment}', ${now}, ${now})`);
  const first = 1_000_000;
  db.exec(`${count} ${runs})
    insert into runs (run_key, workspace_id, experiment_id, run_id, name, user_id, status, started_at, ended_at, artifact_uri)
    select ${first} + i, 1, ${experiment}, printf('%032x', i), 'run ' || i, 'ada', 'FINISHED', ${now} - i * 1000, ${now} - i * 1000 + 900,
      'mlflow-artifacts:/${experiment}/' || printf('%032x', i) || '/artifacts' from n`);
  for (const key of ['alpha', 'depth', 'loss']) {
    db.exec(`${count} ${runs}) insert into run_params (run_key, name, value) select ${first} + i, '${key}', i % 97 from n`);
    db.exec(`${count} ${runs}) insert into metric_series (series_key, experiment_id, run_key, name, step, logged_at, value, is_nan)
      select null, ${experiment}, ${first} + i, 'm_${key}', 0, ${now}, (i * 7919 % ${runs}) / 100.0, 0 from n`);
  }
  const run = first + runs + 1;
  const series = 900_000_000;
  db.exec(`insert into runs (run_key, workspace_id, experiment_id, run_id, name, user_id, status, started_at, ended_at, artifact_uri)
    values (${run}, 1, 0, '${longRun.runId}', 'a long one', 'ada', 'FINISHED', ${now}, ${now}, 'mlflow-artifacts:/0/${longRun.runId}/artifacts')`);
  db.exec(`insert into metric_series (series_key, experiment_id, run_key, name, step, logged_at, value, is_nan)
    values (${series}, 0, ${run}, '${longRun.metric}', ${longRun.points}, ${now}, 0.5, 0)`);
  db.exec(`${count} ${longRun.points}) insert into metric_points (series_key, logged_at, step, value, is_nan)
    select ${series}, ${now} + i, i, abs(sin(i / 5000.0)) + (i * 7919 % 1000) / 5000.0, 0 from n`);
  db.exec('commit');
  db.close();
}
