import type { ModelInput, ModelOutput } from '../formats/tensor/tensor.ts';

/** One answered (or refused) request for predictions, as it is kept; its rows are searched one by one. */
export interface InferenceRecord {
  readonly workspaceId: number;
  /** The request's id: the client's (`id` of OIP, `X-Request-Id`) where it gave one, else ours. */
  readonly requestId: string;
  readonly endpoint: string;
  /** The version that answered; undefined where the request was refused before one was chosen. */
  readonly model: { readonly name: string; readonly version: string; readonly runId: string | undefined } | undefined;
  /** Of a record that was sent without a model, where it names a run all the same. */
  readonly runId?: string | undefined;
  /** Milliseconds since the epoch when the request arrived. */
  readonly at: number;
  readonly latencyMs: number;
  /** HTTP status of the answer. */
  readonly status: number;
  readonly protocol: 'mlflow' | 'oip' | 'sagemaker' | 'sent';
  /** What the model was given, after masking; undefined where the request could not be read. */
  readonly input: ModelInput | undefined;
  readonly output: ModelOutput | undefined;
  readonly error: { readonly code: string; readonly message: string } | undefined;
}

/** Where records go. */
export interface RecordSink {
  /**
   * Resolves when the record outlives `kill -9` of this process. The tensors are read before this returns.
   * @throws TEMPORARILY_UNAVAILABLE where it cannot be kept (disk full), naming what to do
   */
  append(record: InferenceRecord): Promise<void>;
  close(): Promise<void>;
}
