import type { MlflowClient } from './mlflow-client.ts';

export interface RunAnswer {
  readonly run: {
    readonly info: Readonly<Record<string, string | number>> & { readonly run_id: string; readonly run_name: string };
    readonly data: {
      readonly metrics?: readonly {
        readonly key: string;
        readonly value: number | string;
        readonly timestamp: number;
        readonly step: number;
      }[];
      readonly params?: readonly { readonly key: string; readonly value: string }[];
      readonly tags?: readonly { readonly key: string; readonly value: string }[];
    };
    readonly inputs: Readonly<Record<string, unknown>>;
  };
}

export interface SearchAnswer {
  readonly runs?: readonly RunAnswer['run'][];
  readonly next_page_token?: string;
}

let names = 0;

/** A new experiment with a name of its own. @returns its id */
export async function newExperiment(client: MlflowClient): Promise<string> {
  const { experiment_id } = await client.must<{ experiment_id: string }>('POST', 'experiments/create', {
    name: `experiment ${(names += 1)} of ${process.pid}`,
  });
  return experiment_id;
}

/** @returns the id of a new run */
export async function newRun(client: MlflowClient, experimentId: string, fields: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const { run } = await client.must<RunAnswer>('POST', 'runs/create', { experiment_id: experimentId, start_time: 1000, ...fields });
  return run.info.run_id;
}
