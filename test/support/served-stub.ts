import type { TensorDescription } from '../../src/formats/tensor/tensor.ts';
import type { Served } from '../../src/server/inference/served.ts';

interface Stub {
  readonly name: string;
  /** Empty for a folder. */
  readonly version: string;
  readonly inputs?: readonly TensorDescription[];
  readonly records?: Served['records'];
}

/** A model without a signature that answers `[1]` to everything, for what is decided around the model. */
export function servedStub({ name, version, inputs = [], records }: Stub): Served {
  return {
    endpoint: name,
    workspaceId: 1,
    version: { name, version, runId: undefined },
    model: {
      signature: undefined,
      example: undefined,
      mlflowVersion: undefined,
      note: undefined,
      runtime: {
        flavor: 'onnx',
        inputs,
        outputs: [],
        predict: async () => ({ form: 'json', text: '[1]' }),
        stats: () => ({ ready: true, running: 0, queued: 0, restarts: 0, memoryBytes: 0 }),
        close: async () => undefined,
      },
    },
    records,
    statistics: undefined,
  };
}
