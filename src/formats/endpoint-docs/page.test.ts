import { expect, test } from 'vitest';
import { endpointDocument } from '../endpoint-openapi/document.ts';
import type { Signature } from '../mlmodel/mlmodel.ts';
import { parseScoringJson } from '../scoring/parse-invocation.ts';
import { docsPage, script } from './page.ts';

const signature: Signature = {
  inputs: {
    kind: 'columns',
    columns: [
      { name: `<img src=x onerror="alert(1)">`, type: 'string', required: true },
      { name: 'n', type: 'long', required: true },
      { name: 'x', type: 'double', required: false },
    ],
  },
  outputs: undefined,
  params: [{ name: 'k', type: 'double', default: 1.5, shape: undefined }],
};

function pageOf(signed: Signature | undefined, body?: string): string {
  const example = body === undefined ? undefined : parseScoringJson(body, signed);
  return docsPage(
    endpointDocument({
      endpoint: `it's`,
      version: '3',
      signature: signed,
      example,
      url: 'http://h:1',
      prefix: '/endpoints/x',
      inputs: [],
      outputs: [],
    }),
  );
}

test('what a model calls its columns, and what its example holds, is text and never markup', () => {
  const row = [`</script><script>alert("1")</script>`, 9007199254740993n.toString(), '0.5'];
  const body = `{"dataframe_split":{"columns":["<img src=x onerror=\\"alert(1)\\">","n","x"],"data":[[${JSON.stringify(row[0])},${row[1]},${row[2]}]]}}`;
  const page = pageOf(signature, body);
  expect(page).not.toContain('<img');
  expect(page.match(/<script/g)).toHaveLength(1);
  expect(script).not.toMatch(/<\/?script|innerHTML|eval/);
  // Long numbers keep their digits in the form.
  expect(page).toContain('value="9007199254740993"');
  expect(page).toContain('value="&lt;/script&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;"');
  expect(page).toContain(`it&#39;s`);
});

test('controls are made from the signature: kinds, what is optional, and the defaults of params', () => {
  const page = pageOf(signature);
  expect(page).toContain('name="n" data-column data-kind="number" data-empty="omit"');
  expect(page).toContain('name="x" data-column data-kind="number" data-empty="omit"');
  expect(page).toMatch(/number; empty is a missing one, optional/);
  expect(page).toContain('name="k" data-param data-kind="number"');
  expect(page).toContain('default 1.5');
});

test('a model without a signature has the form of a whole body', () => {
  const page = pageOf(undefined);
  expect(page).not.toContain('id="row"');
  expect(page).toContain('id="body-form"');
  expect(page).toContain('The model has no signature');
});
