import { expect, test } from 'vitest';
import { namesTwin, parseMlmodel } from './parse.ts';

const file = `
flavors:
  onnx: {data: model.onnx, code: null}
  python_function:
    env: {conda: conda.yaml, virtualenv: python_env.yaml}
    loader_module: mlflow.sklearn
    model_path: model.skops
    python_version: 3.11
mlflow_version: 3.17.2
run_id: abc
saved_input_example_info: {artifact_path: input_example.json, serving_input_path: serving_input_example.json, type: dataframe}
signature:
  inputs: '[{"type": "double", "name": "a", "required": true}, {"type": "array", "items": {"type": "string"}, "name": "t", "required": false}]'
  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 2]}}]'
  params: '[{"name": "l", "default": [1.5], "shape": [-1], "type": "double"}, {"name": "big", "default": 9007199254740993, "shape": null, "type": "long"}]'
`;

test('parseMlmodel reads flavours, signature, params, example and versions', () => {
  expect(parseMlmodel(file)).toEqual({
    flavors: ['onnx', 'python_function'],
    onnx: { file: 'model.onnx' },
    pythonFunction: { loaderModule: 'mlflow.sklearn', requirementsFile: 'requirements.txt', pythonVersion: '3.11' },
    signature: {
      inputs: {
        kind: 'columns',
        columns: [
          { name: 'a', type: 'double', required: true },
          { name: 't', type: { nested: 'array', definition: { type: 'array', items: { type: 'string' } } }, required: false },
        ],
      },
      outputs: { kind: 'tensors', tensors: [{ name: undefined, dtype: 'float32', shape: [-1, 2] }] },
      params: [
        { name: 'l', type: 'double', default: [1.5], shape: [-1] },
        { name: 'big', type: 'long', default: 9007199254740993n, shape: undefined },
      ],
    },
    inputExample: { file: 'input_example.json', servingFile: 'serving_input_example.json' },
    runId: 'abc',
    mlflowVersion: '3.17.2',
  });
});

test.each(['../model.onnx', '/etc/passwd', 'a/../../b', 'C:\\model', 'a\\..\\b', ''])('parseMlmodel refuses the path %j', (path) => {
  expect(() => parseMlmodel(JSON.stringify({ flavors: { onnx: { data: path } } }))).toThrow(/leaves the model's folder/);
});

test.each([
  ['flavors: [', /is no YAML/],
  ['a: 1', /'flavors' is not a mapping/],
  ['flavors: {}\nsignature: {inputs: "[{"}', /'signature.inputs' is no JSON/],
  ['flavors: {}\nsignature: {inputs: \'[{"type":"complex"}]\'}', /has type "complex", which is not known/],
  ['flavors: {}\nsignature: {inputs: \'[{"type":"long","name":"a"},{"type":"long","name":"a"}]\'}', /names one twice/],
])('parseMlmodel says what is wrong with %j', (text, message) => {
  expect(() => parseMlmodel(text)).toThrow(message);
});

test('two flavours are told by their names, whatever is wrong with the rest of the file', () => {
  const wrong = file.replace('input_example.json', '../../input_example.json');
  expect(() => parseMlmodel(wrong)).toThrow("which leaves the model's folder");
  expect(namesTwin(wrong)).toBe(true);
  expect(namesTwin(file.replace('mlflow.sklearn', 'mlflow.onnx'))).toBe(false);
  expect(namesTwin('flavors: {sklearn: {}, python_function: {loader_module: mlflow.sklearn}}')).toBe(false);
  expect(namesTwin('flavors: {onnx: {data: model.onnx}, python_function: null}')).toBe(false);
});
