import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { checkout, testProgram } from '../support/test-env.ts';

export interface Answer {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A copy of the energy forecast in a folder of its own, whose stages are run one by one with the suite's Python. */
export interface ExampleProject extends Disposable {
  readonly folder: string;
  write(path: string, text: string): void;
  read(path: string): string;
  json(path: string): Record<string, unknown>;
  /** Replaces keys of params.yaml. */
  setParams(changes: Record<string, unknown>): void;
  /** `python src/<stage>.py <region>`, tracked in the folder itself. */
  run(stage: string, region: string): Answer;
  /** A line of Python in the folder, with the project's modules at hand. */
  python(code: string): Answer;
}

export function exampleProject(): ExampleProject {
  const folder = mkdtempSync(join(tmpdir(), 'energy-forecast-'));
  cpSync(join(checkout, 'examples/energy-forecast'), folder, { recursive: true });
  const env = {
    PATH: [dirname(testProgram('python')), process.env['PATH']].join(delimiter),
    HOME: folder,
    PYTHONPATH: join(folder, 'src'),
    MLFLOW_TRACKING_URI: `sqlite:///${join(folder, 'mlflow.db')}`,
    MLFLOW_EXPERIMENT_NAME: 'energy-forecast',
    MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR: 'false',
  };
  const start = (words: string[]): Answer => spawnSync('python', words, { cwd: folder, env, encoding: 'utf8' });
  const read = (path: string): string => readFileSync(join(folder, path), 'utf8');
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  return {
    folder,
    write,
    read,
    json: (path) => JSON.parse(read(path)) as Record<string, unknown>,
    setParams: (changes) =>
      write(
        'params.yaml',
        stringify(
          { ...(parse(read('params.yaml')) as object), ...changes },
          { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN' },
        ),
      ),
    run: (stage, region) => start([`src/${stage}.py`, region]),
    python: (code) => start(['-c', code]),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Rows of Victoria's layout, every half-hour from `start`; `change` may alter or drop one. */
export function victoriaRows(
  start: string,
  count: number,
  change: (row: string[], index: number) => string[] | undefined = (row) => row,
): string {
  const lines = ['Time,Demand,Temperature,Date,Holiday'];
  for (let index = 0; index < count; index += 1) {
    const time = new Date(Date.parse(start) + index * 1_800_000).toISOString().replace('.000', '');
    const row = change([time, String(4000 + (index % 48) * 20), '20.5', time.slice(0, 10), 'FALSE'], index);
    if (row !== undefined) lines.push(row.join(','));
  }
  return `${lines.join('\n')}\n`;
}
