import { expect, test } from 'vitest';
import type { TensorDescription } from '../../src/formats/tensor/tensor.ts';
import type { InferenceRecord } from '../../src/predictions/index.ts';
import { openInference } from '../../src/server/inference/open-inference.ts';
import { invocations } from '../../src/server/inference/scoring.ts';
import type { InferenceCall, Served } from '../../src/server/inference/served.ts';
import { servedStub } from '../support/served-stub.ts';

/** A model without a signature, and the names under which its inputs are recorded. */
function serve(inputs: readonly TensorDescription[]): { readonly served: Served; readonly names: string[] } {
  const names: string[] = [];
  const records = {
    async append({ input }: InferenceRecord) {
      if (input !== undefined && input.form !== 'json') names.push(...input.tensors.map(({ name }) => name));
    },
    close: async () => undefined,
  };
  return { served: servedStub({ name: 'free', version: '1', inputs, records }), names };
}

const call = (body: object): InferenceCall => ({
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify(body)),
  signal: new AbortController().signal,
  requestId: 'r',
});

test('the only input of a model without a signature is recorded under one name, the model’s, by every protocol', async () => {
  const { served, names } = serve([{ name: 'features', datatype: 'FP64', shape: [-1, 2] }]);
  await invocations(served, call({ inputs: [[1.5, 2]] }));
  await invocations(served, call({ instances: [[1.5, 2]] }));
  await invocations(served, call({ inputs: { anything: [[1.5, 2]] } }));
  const infer = openInference.find(({ url }) => url === '/v2/models/:model/infer')!;
  const directory = { find: () => served, names: () => ['free'], index: async () => [] };
  const tensor = { name: 'features', datatype: 'FP64', shape: [1, 2], data: [1.5, 2] };
  await infer.handler(directory, { model: 'free' }, call({ inputs: [tensor] }));
  expect(names).toEqual(['features', 'features', 'features', 'features']);
});

test('several inputs, and columns of a table, keep the names that the client gave them', async () => {
  const several = serve([
    { name: 'a', datatype: 'FP64', shape: [-1] },
    { name: 'b', datatype: 'FP64', shape: [-1] },
  ]);
  await invocations(several.served, call({ inputs: { a: [1.5], b: [2.5] } }));
  expect(several.names).toEqual(['a', 'b']);
  const table = serve([{ name: 'features', datatype: 'FP64', shape: [-1, 2] }]);
  await invocations(table.served, call({ dataframe_split: { columns: ['load', 'wind'], data: [[1.5, 2.5]] } }));
  expect(table.names).toEqual(['load', 'wind']);
});
