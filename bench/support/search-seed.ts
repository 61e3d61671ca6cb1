/** A hundred thousand runs of one experiment, written straight into the tables: over HTTP it would take minutes. */
import { defineWrite, type Operation, type Operations, type SqlValue } from '../../src/backends/db/port.ts';
import { operations } from '../../src/operations.ts';

export interface Seed {
  /** Position of the first run, and how many. */
  readonly first: number;
  readonly count: number;
}

export const experimentId = 1;
export const startOfRun = (index: number): number => 1_700_000_000_000 + index * 60_000;
export const runIdOf = (index: number): string => (index * 2_654_435_761).toString(16).padStart(32, '0').slice(-32);

const experiment = `insert into experiments (id, workspace_id, name, artifact_location, created_at, updated_at)
  values (${experimentId}, 1, 'many runs', 'mlflow-artifacts:/1', 0, 0)`;
const run = `insert into runs (run_key, workspace_id, experiment_id, run_id, name, user_id, status, started_at, ended_at, deleted_at, artifact_uri)
  values (?, 1, ${experimentId}, ?, ?, ?, ?, ?, ?, ?, ?)`;
const param = 'insert into run_params (run_key, name, value) values (?, ?, ?)';
const tag = 'insert into run_tags (run_key, name, value) values (?, ?, ?)';
const series = `insert into metric_series (experiment_id, run_key, name, step, logged_at, value, is_nan) values (${experimentId}, ?, ?, 10, ?, ?, ?)`;

/** A number between 0 and 1 that depends on nothing else: every state is the same. */
const noise = (index: number, salt: number): number => {
  const x = Math.sin(index * 12.9898 + salt * 78.233) * 43_758.5453;
  return x - Math.floor(x);
};

const statuses = ['FINISHED', 'FINISHED', 'FINISHED', 'FINISHED', 'FAILED', 'KILLED'] as const;

export const seedRuns = defineWrite<never, Seed, void>('bench.seedRuns', async (tx, { first, count }) => {
  if (first === 0) await tx.statement(experiment).run();
  const write = (text: string, ...values: SqlValue[]): Promise<void> => tx.statement(text).run(...values);
  for (let index = first; index < first + count; index += 1) {
    const key = index + 1;
    const name = `brave-fox-${index % 5000}`;
    const runs = index % 1000 === 999;
    await write(run, key, runIdOf(index), name, `user${index % 50}`, runs ? 'RUNNING' : statuses[index % 6]!, startOfRun(index), runs ? null : startOfRun(index) + 30_000, index % 100 === 7 ? 1 : null, `mlflow-artifacts:/1/${runIdOf(index)}/artifacts`); // prettier-ignore
    await write(tag, key, 'mlflow.runName', name);
    await write(tag, key, 'mlflow.source.git.commit', `${index % 700}`.padStart(40, 'c'));
    await write(tag, key, 'team', `team-${index % 20}`);
    await write(param, key, 'depth', `${index % 30}`);
    await write(param, key, 'rate', noise(index, 1).toFixed(4));
    await write(param, key, 'optimizer', ['adam', 'sgd', 'rmsprop'][index % 3]!);
    await write(param, key, 'seed', `${index}`);
    const at = startOfRun(index) + 20_000;
    await write(series, key, 'loss', at, noise(index, 2), 0);
    await write(series, key, 'accuracy', at, noise(index, 3), 0);
    await write(series, key, 'rmse', at, index % 500 === 3 ? 0 : noise(index, 4) * 500, index % 500 === 3 ? 1 : 0);
    if (index % 1000 === 0) await write(series, key, 'rare', at, noise(index, 5), 0);
  }
});

/** The program's operations and the one that seeds. */
export const seedingOperations: Operations = new Map<string, Operation<never, unknown>>([...operations, [seedRuns.name, seedRuns]]);
