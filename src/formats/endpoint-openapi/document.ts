/** The OpenAPI 3.1 document of one endpoint, made from the signature of the version that serves it. */
import type { ColumnSpec, Signature, Specs } from '../mlmodel/mlmodel.ts';
import type { ModelInput, TensorDescription } from '../tensor/tensor.ts';
import { columnSchema, type JsonSchema, paramsSchema, tensorSchema } from './column-schema.ts';
import { defaultExample } from './default-example.ts';
import { type ExampleBodies, exampleBodies } from './example-bodies.ts';

export interface DescribedEndpoint {
  readonly endpoint: string;
  /** Of the registered model; undefined for a folder. */
  readonly version: string | undefined;
  readonly signature: Signature | undefined;
  readonly example: ModelInput | undefined;
  /** Where the server is reached: the document's only server. */
  readonly url: string;
  /** Before `/invocations` and `/ping`: `/endpoints/<name>`, or nothing on a port of the endpoint's own. */
  readonly prefix: string;
  readonly inputs: readonly TensorDescription[];
  readonly outputs: readonly TensorDescription[];
}

/** Every example in it can be posted as it stands. */
export function endpointDocument(described: DescribedEndpoint): Record<string, unknown> {
  const { endpoint, version, signature, url, prefix } = described;
  const example = described.example ?? defaultExample(signature);
  const bodies = example === undefined ? undefined : exampleBodies(example, signature);
  const v2 = `/v2/models/${encodeURIComponent(endpoint)}`;
  return {
    openapi: '3.1.0',
    info: {
      title: endpoint,
      version: version ?? '0',
      description: `Predictions of '${endpoint}'${version === undefined ? '' : `, version ${version} of its model`}.`,
    },
    servers: [{ url }],
    paths: {
      [`${prefix}/invocations`]: { post: invocations(bodies) },
      [`${prefix}/ping`]: {
        get: {
          operationId: 'ping',
          tags: ['SageMaker'],
          summary: 'Whether the model is ready',
          responses: { 200: { description: 'Ready' }, 503: { description: 'Not ready' } },
        },
      },
      [v2]: {
        get: {
          operationId: 'modelMetadata',
          tags: ['Open Inference Protocol'],
          summary: 'Inputs and outputs',
          responses: { 200: json('The model', 'ModelMetadata'), 404: inferError },
        },
      },
      [`${v2}/ready`]: {
        get: {
          operationId: 'modelReady',
          tags: ['Open Inference Protocol'],
          summary: 'Whether the model is ready',
          responses: { 200: json('Ready', 'ModelReady'), 503: json('Not ready', 'ModelReady') },
        },
      },
      [`${v2}/infer`]: { post: infer(bodies) },
    },
    components: { schemas: schemas(described) },
  };
}

const error = json('What is wrong, and what to do', 'Error');
const inferError = json('What is wrong, and what to do', 'InferError');

const failures = [400, 413, 415, 429, 500, 503, 504];

function failuresAs(answer: object): object {
  return Object.fromEntries(failures.map((status) => [status, answer]));
}

function json(description: string, schema: string): object {
  return { description, content: { 'application/json': { schema: reference(schema) } } };
}

function reference(schema: string): JsonSchema {
  return { $ref: `#/components/schemas/${schema}` };
}

function invocations(bodies: ExampleBodies | undefined): object {
  const examples = Object.entries(bodies?.json ?? {}).map(([form, value]) => [form, { value }]);
  const text = (value: string | undefined): object => ({
    schema: { type: 'string' },
    ...(value === undefined ? {} : { examples: { rows: { value } } }),
  });
  const table = bodies === undefined || bodies.csv !== undefined;
  return {
    operationId: 'invocations',
    tags: ['MLflow'],
    summary: 'Predict',
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: reference('Invocation'),
          ...(examples.length === 0 ? {} : { examples: Object.fromEntries(examples) }),
        },
        ...(table ? { 'text/csv': text(bodies?.csv), 'application/jsonlines': text(bodies?.jsonLines) } : {}),
      },
    },
    responses: { 200: json('Predictions', 'Predictions'), ...failuresAs(error) },
  };
}

function infer(bodies: ExampleBodies | undefined): object {
  const example = bodies?.infer === undefined ? {} : { examples: { infer: { value: bodies.infer } } };
  return {
    operationId: 'infer',
    tags: ['Open Inference Protocol'],
    summary: 'Predict',
    requestBody: { required: true, content: { 'application/json': { schema: reference('InferRequest'), ...example } } },
    responses: { 200: json('Output tensors', 'InferResponse'), ...failuresAs(inferError) },
  };
}

function schemas({ signature, inputs, outputs }: DescribedEndpoint): Record<string, JsonSchema> {
  const tensor = {
    type: 'object',
    properties: {
      name: { type: 'string' },
      datatype: { type: 'string' },
      shape: { type: 'array', items: { type: 'integer' } },
      data: { type: 'array' },
      parameters: { type: 'object' },
    },
    required: ['name', 'datatype', 'shape'],
  };
  const known = (tensors: readonly TensorDescription[]): JsonSchema => ({
    type: 'array',
    items: reference('Tensor'),
    ...(tensors.length === 0
      ? {}
      : { description: tensors.map(({ name, datatype, shape }) => `${name}: ${datatype} [${shape.join(', ')}]`).join('; ') }),
  });
  return {
    Invocation: { anyOf: forms(signature) },
    ...(signature === undefined || signature.params.length === 0 ? {} : { Params: paramsSchema(signature.params) }),
    ...(signature?.inputs?.kind === 'columns' ? { Row: rowSchema(signature.inputs.columns) } : {}),
    Predictions: { type: 'object', properties: { predictions: {} }, required: ['predictions'] },
    Tensor: tensor,
    InferRequest: {
      type: 'object',
      properties: { id: { type: 'string' }, parameters: { type: 'object' }, inputs: known(inputs), outputs: { type: 'array' } },
      required: ['inputs'],
    },
    InferResponse: {
      type: 'object',
      properties: { model_name: { type: 'string' }, model_version: { type: 'string' }, id: { type: 'string' }, outputs: known(outputs) },
      required: ['model_name', 'outputs'],
    },
    ModelMetadata: {
      type: 'object',
      properties: {
        name: { type: 'string' },
        versions: { type: 'array', items: { type: 'string' } },
        platform: { type: 'string' },
        inputs: known(inputs),
        outputs: known(outputs),
      },
      required: ['name', 'inputs', 'outputs'],
    },
    ModelReady: { type: 'object', properties: { name: { type: 'string' }, ready: { type: 'boolean' } }, required: ['ready'] },
    Error: {
      type: 'object',
      properties: { error_code: { type: 'string' }, message: { type: 'string' } },
      required: ['error_code', 'message'],
    },
    InferError: { type: 'object', properties: { error: { type: 'string' } }, required: ['error'] },
  };
}

function rowSchema(columns: readonly ColumnSpec[]): JsonSchema {
  const name = ({ name: given }: ColumnSpec, index: number): string => given ?? String(index);
  return {
    type: 'object',
    properties: Object.fromEntries(columns.map((column, index) => [name(column, index), columnSchema(column.type)])),
    required: columns.flatMap((column, index) => (column.required ? [name(column, index)] : [])),
    additionalProperties: false,
  };
}

function forms(signature: Signature | undefined): readonly JsonSchema[] {
  const params = signature === undefined || signature.params.length === 0 ? {} : { params: reference('Params') };
  const form = (name: string, schema: JsonSchema): JsonSchema => ({
    title: name,
    type: 'object',
    properties: { [name]: schema, ...params },
    required: [name],
  });
  if (signature?.inputs === undefined)
    return ['dataframe_split', 'dataframe_records', 'instances', 'inputs'].map((name) => form(name, {})).concat({ type: 'object' });
  return formsOf(signature.inputs, form);
}

function formsOf(specs: Specs, form: (name: string, schema: JsonSchema) => JsonSchema): readonly JsonSchema[] {
  if (specs.kind === 'tensors') {
    const [only] = specs.tensors;
    if (specs.tensors.length === 1 && only?.name === undefined)
      return [form('inputs', tensorSchema(only!)), form('instances', tensorSchema(only!))];
    const properties = Object.fromEntries(specs.tensors.map((spec) => [spec.name!, tensorSchema(spec)]));
    return [form('inputs', { type: 'object', properties, required: Object.keys(properties), additionalProperties: false })];
  }
  const rows = { type: 'array', minItems: 1, items: { type: 'array', minItems: specs.columns.length, maxItems: specs.columns.length } };
  if (specs.columns[0]?.name === undefined)
    return [
      form('dataframe_split', { type: 'object', properties: { data: rows }, required: ['data'] }),
      form('inputs', { type: 'array', minItems: 1 }),
    ];
  const records = { type: 'array', items: reference('Row'), minItems: 1 };
  const columns = Object.fromEntries(specs.columns.map(({ name, type }) => [name!, { type: 'array', items: columnSchema(type) }]));
  const names = { type: 'array', items: { type: 'string', enum: Object.keys(columns) } };
  const anyRows = { type: 'array', minItems: 1, items: { type: 'array' } };
  return [
    form('dataframe_split', {
      type: 'object',
      properties: { columns: names, index: { type: 'array' }, data: anyRows },
      required: ['columns', 'data'],
      additionalProperties: false,
    }),
    form('dataframe_records', records),
    form('instances', records),
    form('inputs', {
      type: 'object',
      properties: columns,
      required: specs.columns.filter(({ required }) => required).map(({ name }) => name!),
      additionalProperties: false,
    }),
  ];
}
