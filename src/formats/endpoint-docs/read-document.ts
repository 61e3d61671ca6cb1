/** What a page about an endpoint shows, read from the OpenAPI document that `endpoint-openapi/` writes. */
import type { JsonSchema } from '../endpoint-openapi/column-schema.ts';
import { isObject } from '../scoring/table.ts';

export interface Field {
  readonly name: string;
  readonly schema: JsonSchema;
  readonly required: boolean;
  /** JSON of the value in the document's first example; undefined where it has none. */
  readonly example: string | undefined;
}

export interface Example {
  readonly name: string;
  readonly contentType: string;
  readonly path: string;
  readonly body: string;
}

export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly protocol: string;
}

export interface DescribedDocument {
  readonly title: string;
  readonly version: string;
  readonly description: string;
  readonly server: string;
  /** Before `/invocations`. */
  readonly prefix: string;
  readonly operations: readonly Operation[];
  /** Of one row; undefined where the model does not take named columns. */
  readonly columns: readonly Field[] | undefined;
  readonly params: readonly Field[];
  /** What the model takes and gives as tensors, in a sentence. */
  readonly inputs: string | undefined;
  readonly outputs: string | undefined;
  readonly examples: readonly Example[];
}

type Mapping = Readonly<Record<string, unknown>>;

export function readDocument(document: Mapping): DescribedDocument {
  const info = mapping(document['info']);
  const operations = Object.entries(mapping(document['paths'])).flatMap(([path, item]) =>
    Object.entries(mapping(item)).map(([method, operation]) => ({ path, method, operation: mapping(operation) })),
  );
  const examples = operations.flatMap(({ path, operation }) => examplesOf(path, operation));
  const schemas = mapping(mapping(document['components'])['schemas']);
  const invocations = operations.find(({ operation }) => operation['operationId'] === 'invocations')!.path;
  const tensors = (name: string, key: string): string | undefined =>
    text(mapping(mapping(mapping(schemas[name])['properties'])[key])['description']);
  return {
    title: text(info['title']) ?? '',
    version: text(info['version']) ?? '',
    description: text(info['description']) ?? '',
    server: text(mapping((document['servers'] as readonly unknown[])[0])['url']) ?? '',
    prefix: invocations.slice(0, -'/invocations'.length),
    operations: operations.map(({ path, method, operation }) => ({
      method: method.toUpperCase(),
      path,
      summary: text(operation['summary']) ?? '',
      protocol: text((operation['tags'] as readonly unknown[])[0]) ?? '',
    })),
    columns: takesRecords(schemas) ? fieldsOf(mapping(schemas['Row']), firstRecord(examples)) : undefined,
    params: fieldsOf(mapping(schemas['Params']), {}),
    inputs: tensors('InferRequest', 'inputs'),
    outputs: tensors('InferResponse', 'outputs'),
    examples,
  };
}

function takesRecords(schemas: Mapping): boolean {
  const forms = mapping(schemas['Invocation'])['anyOf'];
  return schemas['Row'] !== undefined && Array.isArray(forms) && forms.some((form) => mapping(form)['title'] === 'dataframe_records');
}

function fieldsOf(schema: Mapping, example: Mapping): Field[] {
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  return Object.entries(mapping(schema['properties'])).map(([name, property]) => ({
    name,
    schema: mapping(property),
    required: required.includes(name),
    example: Object.hasOwn(example, name) ? JSON.stringify(example[name]) : undefined,
  }));
}

function examplesOf(path: string, operation: Mapping): Example[] {
  return Object.entries(mapping(mapping(operation['requestBody'])['content'])).flatMap(([contentType, media]) =>
    Object.entries(mapping(mapping(media)['examples'])).map(([name, example]) => {
      const { value } = mapping(example);
      // What the document writes, rawJSON of long numbers too, is what is posted.
      return { name, contentType, path, body: typeof value === 'string' ? value : JSON.stringify(value) };
    }),
  );
}

/** Its values keep the digits that the document has. */
function firstRecord(examples: readonly Example[]): Mapping {
  const body = examples.find(({ name }) => name === 'dataframe_records')?.body;
  const records = body === undefined ? undefined : mapping(parseKeepingNumbers(body))['dataframe_records'];
  return Array.isArray(records) ? mapping(records[0]) : {};
}

const json = JSON as unknown as {
  parse(source: string, reviver: (key: string, value: unknown, context: { source?: string }) => unknown): unknown;
  rawJSON(text: string): object;
};

function parseKeepingNumbers(source: string): unknown {
  return json.parse(source, (_, value, context) =>
    typeof value === 'number' && context.source !== undefined ? json.rawJSON(context.source) : value,
  );
}

function mapping(value: unknown): Mapping {
  return isObject(value) ? value : {};
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
