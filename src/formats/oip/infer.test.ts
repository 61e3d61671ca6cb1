import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MillwrightError } from '../../errors.ts';
import type { ColumnType, Signature } from '../mlmodel/mlmodel.ts';
import { datatypes, type ModelOutput } from '../tensor/tensor.ts';
import { describeInputs, modelMetadata, repositoryIndex, serverMetadata } from './metadata.ts';
import { parseInferRequest } from './parse-infer.ts';
import { writeInferResponse } from './write-infer.ts';

function columns(types: Readonly<Record<string, ColumnType>>): Signature {
  return {
    inputs: { kind: 'columns', columns: Object.entries(types).map(([name, type]) => ({ name, type, required: true })) },
    outputs: undefined,
    params: [],
  };
}

const ab = columns({ a: 'double', b: 'long' });
const onnx = { signature: undefined, inputs: [{ name: 'X', datatype: 'FP32', shape: [-1, 2] }] } as const;

function infer(
  inputs: unknown,
  model: Parameters<typeof parseInferRequest>[3] = { signature: ab, inputs: [] },
  rest: object = {},
): unknown {
  const text = typeof inputs === 'string' ? inputs : JSON.stringify({ inputs, ...rest });
  const { input } = parseInferRequest(Buffer.from(text), undefined, 'application/json', model);
  return input.form === 'json' ? input.text : Object.fromEntries(input.tensors.map(({ name, data }) => [name, [...data]]));
}

function withBytes(request: object, ...raw: Uint8Array[]): [Buffer, number] {
  const json = Buffer.from(JSON.stringify(request));
  return [Buffer.concat([json, ...raw]), json.length];
}

test('columns come as [rows] or [rows, 1], flat or nested', () => {
  const a = { name: 'a', datatype: 'FP64', shape: [2, 1], data: [[1.5], [null]] };
  const b = { name: 'b', datatype: 'INT32', shape: [2], data: [1, 2] };
  expect(infer([b, a])).toEqual({ a: [1.5, Number.NaN], b: [1n, 2n] });
  // As tritonclient writes it.
  expect(infer(JSON.stringify({ inputs: [a, b] }).replace('null', 'NaN'))).toEqual({ a: [1.5, Number.NaN], b: [1n, 2n] });
});

test('one tensor of all columns is parted, in the signature’s order', () => {
  expect(
    infer([{ name: 'input-0', datatype: 'FP64', shape: [2, 2], data: [1, 2, 3, 4] }], {
      signature: columns({ a: 'double', b: 'double' }),
      inputs: [],
    }),
  ).toEqual({
    a: [1, 3],
    b: [2, 4],
  });
});

test('INT64 beyond 2⁵³ stays exact in JSON', () => {
  expect(
    infer(
      '{"inputs":[{"name":"a","datatype":"FP64","shape":[1],"data":[1]},{"name":"b","datatype":"INT64","shape":[1],"data":[-9223372036854775807]}]}',
    ),
  ).toEqual({
    a: [1],
    b: [-9223372036854775807n],
  });
});

test('a model without a signature takes what its runtime says', () => {
  expect(infer([{ name: 'X', datatype: 'FP64', shape: [1, 2], data: [0.1, 2] }], onnx)).toEqual({ X: [Math.fround(0.1), 2] });
  expect(() => infer([{ name: 'x', datatype: 'FP32', shape: [1, 2], data: [1, 2] }], onnx)).toThrow(/'x': expected 'X'/);
  expect(() => infer([{ name: 'X', datatype: 'FP32', shape: [1, 3], data: [1, 2, 3] }], onnx)).toThrow(
    /expected shape \[-1, 2\], got shape \[1, 3\]/,
  );
});

test('what clients send as null is as if it had not come', () => {
  const inputs = [{ name: 'X', datatype: 'FP32', shape: [1, 2], data: [1, 2], parameters: null }];
  const body = Buffer.from(JSON.stringify({ id: null, parameters: null, inputs, outputs: null }));
  const { id, wanted, input } = parseInferRequest(body, undefined, 'application/json', onnx);
  expect([id, wanted, input.rows]).toEqual([undefined, { outputs: undefined, binary: false }, 1]);
});

test('binary tensors follow the JSON in the order of the inputs', () => {
  const inputs = [
    { name: 's', datatype: 'BYTES', shape: [2], parameters: { binary_data_size: 11 } },
    { name: 'x', datatype: 'FP64', shape: [2], parameters: { binary_data_size: 16 } },
  ];
  const text = Buffer.from('02000000c3a90100000078', 'hex');
  const [body, length] = withBytes({ id: '7', inputs }, text, new Uint8Array(new Float64Array([1.5, Number.NaN]).buffer));
  const { id, input } = parseInferRequest(body, length, 'application/octet-stream', {
    signature: columns({ x: 'double', s: 'string' }),
    inputs: [],
  });
  expect(id).toBe('7');
  expect(input).toEqual({
    form: 'columns',
    rows: 2,
    params: undefined,
    tensors: [
      { name: 'x', datatype: 'FP64', shape: [2], data: new Float64Array([1.5, Number.NaN]) },
      { name: 's', datatype: 'BYTES', shape: [2], data: ['é', 'x'] },
    ],
  });
});

test('bytes and texts are what the content type of the input says', () => {
  const signature = columns({ y: 'binary' });
  const expected = { y: [Buffer.from([0, 255])] };
  expect(
    infer([{ name: 'y', datatype: 'BYTES', shape: [1], parameters: { content_type: 'base64' }, data: ['AP8='] }], {
      signature,
      inputs: [],
    }),
  ).toEqual(expected);
  const [body, length] = withBytes(
    { inputs: [{ name: 'y', datatype: 'BYTES', shape: [1], parameters: { binary_data_size: 6 } }] },
    Buffer.from('0200000000ff', 'hex'),
  );
  const { input } = parseInferRequest(body, length, undefined, { signature, inputs: [] });
  expect(input.form === 'columns' && input.tensors[0]!.data).toEqual(expected.y);
  expect(() => parseInferRequest(body, length, undefined, { signature: columns({ y: 'string' }), inputs: [] })).toThrow(
    /'y' in row 0: expected a text \(string\), got bytes that are no UTF-8/,
  );
});

const x = { name: 'a', datatype: 'FP64', shape: [1], data: [1] };

test.each([
  [[], /list of at least one tensor/],
  [[{ ...x, shape: [2] }], /is not 2 elements of shape \[2\]/],
  [[{ ...x, datatype: 'FP63' }], /datatype "FP63" is not known/],
  [[{ ...x, datatype: 'FP16', data: [65520] }], /expected a number from -65504 to 65504, or null where it is missing \(FP16\), got 65520/],
  [[{ ...x, datatype: 'INT8', data: [128] }], /whole number from -128 to 127 \(INT8\), got 128/],
  [[{ ...x, shape: [-1] }], /shape \[-1\] is not a list of sizes/],
  [[x, x], /comes twice/],
  [[x], /'b': expected a column of type long/],
  [
    [
      { ...x, shape: [0], data: [] },
      { name: 'b', datatype: 'INT64', shape: [0], data: [] },
    ],
    /at least one row/,
  ],
  [[{ name: 'a', datatype: 'FP64', shape: [1], parameters: { binary_data_size: 8 } }], /binary_data_size is 8 and 0 bytes are left/],
  [`{"inputs":${'['.repeat(80)}1${']'.repeat(80)}}`, /nested deeper than 64/],
])('%j is refused', (inputs, message) => {
  expect(() => infer(inputs)).toThrow(message);
});

test('a header length that lies, and bytes that nobody claims, are refused', () => {
  const model = { signature: ab, inputs: [] };
  for (const length of [-1, 1e6, Number.NaN, 1.5])
    expect(() => parseInferRequest(Buffer.from('{}'), length, undefined, model)).toThrow(/Inference-Header-Content-Length must be/);
  const [body, length] = withBytes({ inputs: [x] }, new Uint8Array(3));
  expect(() => parseInferRequest(body, length, undefined, model)).toThrow(/3 bytes behind the JSON belong to no input/);
  expect(() => parseInferRequest(body, undefined, 'text/csv', model)).toThrow(/content type 'text\/csv'/);
});

test('an output that the model does not have is refused with the nearest name', () => {
  const model = { ...onnx, outputs: [{ name: 'label', datatype: 'INT64', shape: [-1] }] } as const;
  expect(() => infer([{ name: 'X', datatype: 'FP32', shape: [1, 2], data: [1, 2] }], model, { outputs: [{ name: 'labl' }] })).toThrow(
    /no output 'labl': the nearest is 'label'/,
  );
});

const output: ModelOutput = {
  form: 'records',
  tensors: [
    { name: 'p', datatype: 'FP32', shape: [2], data: new Float32Array([0.5, Number.NaN]) },
    { name: 'n', datatype: 'INT64', shape: [2, 1], data: new BigInt64Array([9007199254740993n, 1n]) },
  ],
};

test('answers are flat JSON, and raw bytes where they are asked for', () => {
  const answer = (wanted: Parameters<typeof writeInferResponse>[0]['wanted']) =>
    writeInferResponse({ model: 'load', version: '3', id: 'r', output, wanted, outputs: [] });
  expect(Buffer.from(answer({ outputs: undefined, binary: false }).body).toString()).toBe(
    '{"model_name":"load","model_version":"3","id":"r","outputs":[{"name":"p","datatype":"FP32","shape":[2],"data":[0.5, null]},{"name":"n","datatype":"INT64","shape":[2,1],"data":[9007199254740993, 1]}]}',
  );
  const { body, headers } = answer({ outputs: [{ name: 'n', binary: true }], binary: false });
  const json =
    '{"model_name":"load","model_version":"3","id":"r","outputs":[{"name":"n","datatype":"INT64","shape":[2,1],"parameters":{"binary_data_size":16}}]}';
  expect(headers).toEqual({ 'content-type': 'application/octet-stream', 'inference-header-content-length': String(json.length) });
  expect(Buffer.from(body).toString('latin1')).toBe(`${json}\x01\0\0\0\0\0\x20\0\x01\0\0\0\0\0\0\0`);
  expect(() => answer({ outputs: [{ name: 'q', binary: false }], binary: false })).toThrow(/no output 'q'/);
});

test('answers to columns, flattened as MLflow has it, have the shape that the metadata tell', () => {
  const shapes = (described: readonly number[], length: number): unknown => {
    const tensor = { name: 'p', datatype: 'FP64', shape: [length], data: new Float64Array(length) } as const;
    const outputs = [{ name: 'p', datatype: 'FP64', shape: described }] as const;
    const wanted = { outputs: undefined, binary: false };
    const { body } = writeInferResponse({
      model: 'm',
      version: '1',
      id: 'r',
      output: { form: 'records', tensors: [tensor] },
      wanted,
      outputs,
    });
    return (JSON.parse(Buffer.from(body).toString()) as { outputs: { shape: unknown }[] }).outputs[0]!.shape;
  };
  expect(shapes([-1, 1], 2)).toEqual([2, 1]);
  expect(shapes([-1, 3], 6)).toEqual([2, 3]);
  expect(shapes([-1], 2)).toEqual([2]);
  expect(shapes([-1, 4], 6)).toEqual([6]);
  expect(shapes([-1, -1, -1], 6)).toEqual([6]);
});

test('an answer that is no tensor is texts', () => {
  const { body } = writeInferResponse({
    model: 'm',
    version: undefined,
    id: undefined,
    output: { form: 'json', text: '["a",{"b":1}]' },
    wanted: { outputs: undefined, binary: false },
    outputs: [],
  });
  expect(JSON.parse(Buffer.from(body).toString())).toEqual({
    model_name: 'm',
    outputs: [{ name: 'output-0', datatype: 'BYTES', shape: [2], data: ['a', '{"b":1}'] }],
  });
});

test('metadata tells the columns of the signature as MLServer does', () => {
  expect(describeInputs(ab, [])).toEqual([
    { name: 'a', datatype: 'FP64', shape: [-1, 1] },
    { name: 'b', datatype: 'INT64', shape: [-1, 1] },
  ]);
  expect(modelMetadata({ name: 'm', version: '3', platform: 'onnx_onnxv1', inputs: onnx.inputs, outputs: [] })).toEqual({
    name: 'm',
    versions: ['3'],
    platform: 'onnx_onnxv1',
    inputs: onnx.inputs,
    outputs: [],
  });
  expect(
    repositoryIndex([
      { name: 'm', version: '3', state: 'LOADING', reason: 'installing' },
      { name: 'n', version: undefined, state: 'READY', reason: '' },
    ]),
  ).toEqual([
    { name: 'm', version: '3', state: 'LOADING', reason: 'installing' },
    { name: 'n', state: 'READY', reason: '' },
  ]);
  expect(serverMetadata('1.0.0')).toMatchObject({ extensions: ['binary_tensor_data', 'model_repository'] });
});

test('of a signature made from a type hint, every element is the JSON of a row', () => {
  const type = { nested: 'object', definition: {} } as const;
  const inputs = { kind: 'columns', columns: [{ name: undefined, type, required: true }] } as const;
  const model = { signature: { inputs, outputs: undefined, params: [], fromTypeHint: true as const }, inputs: [] };
  const rows = ['{"role":"user"}', '{"n":9007199254740993}'];
  const given = { name: 'input-0', datatype: 'BYTES', shape: [2, 1], data: rows };
  expect(infer([given], model)).toBe(`{"inputs":[${rows.join(',')}]}`);
  expect(() => infer([given, { ...given, name: 'b' }], model)).toThrow('The model takes one input');
  expect(() => infer([{ ...given, shape: [0], data: [] }], model)).toThrow('Send at least one row.');
});

test('whatever comes is read, or refused as the client’s fault', () => {
  const entry = fc.record(
    {
      name: fc.oneof(fc.constantFrom('a', 'b', '__proto__'), fc.jsonValue()),
      datatype: fc.oneof(fc.constantFrom(...datatypes), fc.jsonValue()),
      shape: fc.oneof(fc.array(fc.nat(4), { maxLength: 3 }), fc.jsonValue()),
      parameters: fc.oneof(fc.record({ binary_data_size: fc.nat(20) }), fc.jsonValue()),
      data: fc.jsonValue(),
    },
    { requiredKeys: ['name', 'datatype', 'shape'] },
  );
  const request = fc.record(
    { inputs: fc.oneof(fc.array(entry, { maxLength: 3 }), fc.jsonValue()), outputs: fc.jsonValue(), parameters: fc.jsonValue() },
    { requiredKeys: ['inputs'] },
  );
  fc.assert(
    fc.property(request, fc.uint8Array({ maxLength: 30 }), fc.constantFrom(ab, undefined), (body, raw, signature) => {
      const [bytes, length] = withBytes(body, raw);
      try {
        parseInferRequest(bytes, length, undefined, { signature, inputs: [] });
      } catch (error) {
        expect((error as MillwrightError).code).toBe('INPUT_INVALID');
      }
    }),
    { numRuns: 100 },
  );
});

test('a refusal shows whole numbers beyond 2⁵³ as they came', () => {
  const text = '{"inputs":[{"name":"a","datatype":"INT64","shape":[9007199254740993],"data":[1]}]}';
  expect(() => parseInferRequest(Buffer.from(text), undefined, undefined, { signature: undefined, inputs: [] })).toThrow(
    /tensor 'a': shape \[9007199254740993\] is not a list of sizes/,
  );
});
