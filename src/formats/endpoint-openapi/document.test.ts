import { expect, test } from 'vitest';
import type { Signature } from '../mlmodel/mlmodel.ts';
import { parseInferRequest } from '../oip/parse-infer.ts';
import { parseInvocation } from '../scoring/parse-invocation.ts';
import { endpointDocument } from './document.ts';

const columns: Signature = {
  inputs: {
    kind: 'columns',
    columns: [
      { name: 'x', type: 'double', required: true },
      { name: 'n', type: 'long', required: true },
      { name: 's, "t"', type: 'string', required: true },
      { name: 'y', type: 'binary', required: true },
    ],
  },
  outputs: undefined,
  params: [],
};
const unnamed: Signature = {
  inputs: {
    kind: 'columns',
    columns: [
      { name: undefined, type: 'double', required: true },
      { name: undefined, type: 'long', required: true },
    ],
  },
  outputs: undefined,
  params: [],
};
const tensor: Signature = {
  inputs: { kind: 'tensors', tensors: [{ name: undefined, dtype: 'float32', shape: [-1, 3] }] },
  outputs: undefined,
  params: [],
};
const named: Signature = {
  inputs: { kind: 'tensors', tensors: [{ name: 'a', dtype: 'int64', shape: [-1] }] },
  outputs: undefined,
  params: [{ name: 'k', type: 'long', default: 9007199254740993n, shape: undefined }],
};

type Examples = Readonly<Record<string, { readonly value: unknown }>>;
interface Content {
  readonly requestBody: { readonly content: Readonly<Record<string, { readonly examples?: Examples }>> };
}

function read(signature: Signature | undefined, body?: string): { text: string; document: Record<string, unknown> } {
  const example = body === undefined ? undefined : parseInvocation(Buffer.from(body), undefined, signature).input;
  const text = JSON.stringify(
    endpointDocument({
      endpoint: 'load',
      version: '3',
      signature,
      example,
      url: 'http://h:1',
      prefix: '/endpoints/load',
      inputs: [],
      outputs: [],
    }),
  );
  return { text, document: JSON.parse(text) as Record<string, unknown> };
}

function postOf(document: Record<string, unknown>, path: string): Content {
  return (document['paths'] as Record<string, { post: Content }>)[path]!.post;
}

const cases: readonly (readonly [string, Signature | undefined, string | undefined])[] = [
  [
    'columns',
    columns,
    '{"dataframe_split":{"columns":["x","n","s, \\"t\\"","y"],"data":[[null,9007199254740993,"a,\\nb","AP8="],[1.5,2,"","AA=="]]}}',
  ],
  ['columns without an example', columns, undefined],
  ['columns without names', unnamed, '{"inputs":[[1.5,2],[2.5,3]]}'],
  ['a tensor', tensor, '{"inputs":[[1,2,3],[4,5,null]]}'],
  ['a named tensor with params', named, '{"inputs":{"a":[9007199254740993]},"params":{"k":2}}'],
  ['no signature', undefined, '{"inputs":[[1,2],[3,4.5]]}'],
];

test.each(cases)('every example for %s is read as the same input', (_, signature, body) => {
  const { text, document } = read(signature, body);
  // JSON.parse would round the long numbers of an example: they are posted as they stand in the document.
  const first = body === undefined ? undefined : parseInvocation(Buffer.from(body), undefined, signature).input;
  const { content } = postOf(document, '/endpoints/load/invocations').requestBody;
  let count = 0;
  for (const [type, { examples = {} }] of Object.entries(content)) {
    for (const { value } of Object.values(examples)) {
      const posted = typeof value === 'string' ? value : JSON.stringify(value).replaceAll('9007199254740992', '9007199254740993');
      const { input } = parseInvocation(Buffer.from(posted), type, signature);
      if (first !== undefined) expect(input).toEqual(first);
      count += 1;
    }
  }
  expect(count).toBeGreaterThan(0);
  expect(text.includes('9007199254740993')).toBe(body?.includes('9007199254740993') === true || signature === named);
});

test.each(cases)('the example of the Open Inference Protocol for %s is read', (_, signature, body) => {
  const { document } = read(signature, body);
  const value = postOf(document, '/v2/models/load/infer').requestBody.content['application/json']!.examples!['infer']!.value;
  expect(
    parseInferRequest(Buffer.from(JSON.stringify(value)), undefined, 'application/json', { signature, inputs: [] }).input.rows,
  ).toBeGreaterThan(0);
});

test.each(cases)('the document for %s has unique operations and no reference that leads nowhere', (_, signature, body) => {
  const { text, document } = read(signature, body);
  const operations = [...text.matchAll(/"operationId":"(\w+)"/g)].map(([, id]) => id);
  expect(new Set(operations).size).toBe(operations.length);
  expect(operations).toEqual(['invocations', 'ping', 'modelMetadata', 'modelReady', 'infer']);
  const { schemas } = document['components'] as { schemas: Record<string, unknown> };
  const references = [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name!);
  expect(references.length).toBeGreaterThan(5);
  expect(references.filter((name) => !Object.hasOwn(schemas, name))).toEqual([]);
});
