/**
 * A page about one endpoint: what it takes, its routes, examples as code, and a form that sends a real request. It is whole in
 * itself: nothing is loaded from anywhere, and its policy need name only the hashes of `style` and `script`.
 */
import { escapeHtml as escape } from './escape-html.ts';
import { snippetsOf } from './snippets.ts';
import { type DescribedDocument, type Example, type Field, readDocument } from './read-document.ts';
import { script } from './script.ts';
import { style } from './style.ts';

export { script, style };

/** @param document as `endpointDocument` writes it */
export function docsPage(document: Readonly<Record<string, unknown>>): string {
  const described = readDocument(document);
  const { title, description, prefix } = described;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)} · Millwright</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>${escape(title)}</h1>
<p class="dim">${escape(description)} <a href="${escape(prefix)}/openapi.json">OpenAPI document</a></p>
</header>
<main>
<section aria-labelledby="try-title"><h2 id="try-title">Try it</h2>${forms(described)}</section>
<section aria-labelledby="answer-title"><h2 id="answer-title">Answer</h2>${result}</section>
<section class="wide" aria-labelledby="input-title"><h2 id="input-title">What it takes</h2>${inputs(described)}</section>
<section class="wide" aria-labelledby="code-title"><h2 id="code-title">From code</h2>${snippets(described)}</section>
<section class="wide" aria-labelledby="routes-title"><h2 id="routes-title">Routes</h2>${routes(described)}</section>
</main>
<script>${script}</script>
</body>
</html>
`;
}

const result = `
<p id="status" role="status">Nothing was sent yet.</p>
<ul id="problems" aria-label="What does not fit"></ul>
<div id="result" hidden>
<dl><dt>Status</dt><dd id="code"></dd><dt>Request id</dt><dd id="request"></dd><dt>Model version</dt><dd id="model"></dd><dt>Latency</dt><dd id="latency"></dd></dl>
<pre id="answer" tabindex="0" role="region" aria-label="Body of the answer"></pre>
<h3 class="snippet"><span>This request as curl</span><button type="button" class="quiet" data-copy="curl" aria-label="Copy the request as curl">Copy</button></h3>
<pre id="curl" tabindex="0" role="region" aria-label="The request as curl"></pre>
</div>`;

function forms({ columns, params, prefix, examples }: DescribedDocument): string {
  const row =
    columns === undefined
      ? ''
      : `<form id="row" data-path="${escape(prefix)}/invocations" novalidate autocomplete="off">
<fieldset class="fields"><legend>One row</legend>${columns.map((field, index) => control(field, `column-${index}`, 'column')).join('')}</fieldset>
${params.length === 0 ? '' : `<fieldset class="fields"><legend>Params</legend>${params.map((field, index) => control(field, `param-${index}`, 'param')).join('')}</fieldset>`}
<div class="actions"><button type="submit">Send</button><span class="dim">A real request: it is answered and recorded as any other.</span></div>
</form>`;
  const choices =
    examples.length === 0
      ? [{ name: 'body', contentType: 'application/json', path: `${prefix}/invocations`, body: '{"inputs": []}' }]
      : examples;
  const body = `<form id="body-form" novalidate autocomplete="off">
<div class="field"><label for="example">Form of the body</label><select id="example">${choices.map(option).join('')}</select></div>
<div class="field"><label for="body">Body</label><textarea id="body" spellcheck="false"></textarea></div>
<div class="actions"><button type="submit">Send the body</button></div>
</form>`;
  return columns === undefined ? body : `${row}<details><summary>Send a body as it stands</summary>${body}</details>`;
}

function option({ name, contentType, path, body }: Example): string {
  const label = path.endsWith('/infer') ? 'Open Inference Protocol' : contentType === 'application/json' ? name : contentType;
  return `<option data-path="${escape(path)}" data-type="${escape(contentType)}" data-body="${escape(body)}">${escape(label)}</option>`;
}

function control({ name, schema, required, example }: Field, id: string, role: 'column' | 'param'): string {
  const kind = kindOf(schema);
  const nullable = typesOf(schema).includes('null');
  const empty = kind === 'text' && required ? 'text' : nullable && required ? 'null' : 'omit';
  const given = role === 'param' ? '' : valueOf(example, kind);
  const shared = `id="${id}" name="${escape(name)}" data-${role} data-kind="${kind}" data-empty="${empty}" aria-describedby="${id}-hint ${id}-error"`;
  const input =
    kind === 'boolean'
      ? `<select ${shared}>${['', 'true', 'false'].map((value) => `<option${value === given ? ' selected' : ''}>${value}</option>`).join('')}</select>`
      : `<input ${shared} value="${escape(given)}"${kind === 'number' ? ' inputmode="decimal"' : ''} spellcheck="false">`;
  const optional = role === 'param' ? `default ${JSON.stringify(schema['default'])}` : required ? '' : 'optional';
  const hint = [typeWords(schema, 'empty'), optional].filter((word) => word !== '').join(', ');
  return `<div class="field"><label for="${id}">${escape(name)}</label>${input}<span class="hint" id="${id}-hint">${escape(hint)}</span><span class="error" id="${id}-error"></span></div>`;
}

type Kind = 'number' | 'boolean' | 'text' | 'json';

function kindOf(schema: Field['schema']): Kind {
  const [type] = typesOf(schema);
  if (type === 'number' || type === 'integer') return 'number';
  if (type === 'boolean') return 'boolean';
  return type === 'string' ? 'text' : 'json';
}

/** What stands in the field: a text without its quotes, everything else as JSON. */
function valueOf(example: string | undefined, kind: Kind): string {
  if (example === undefined || example === 'null') return '';
  return kind === 'text' ? String(JSON.parse(example)) : example;
}

function typesOf({ type }: Field['schema']): readonly unknown[] {
  return Array.isArray(type) ? (type as unknown[]) : [type];
}

function typeWords(schema: Field['schema'], absent: 'empty' | 'null'): string {
  const [type] = typesOf(schema);
  const { format, description } = schema;
  if (type === 'integer') return format === 'int32' ? 'whole number of 32 bits' : 'whole number of 64 bits';
  if (type === 'number') return `${format === 'float' ? 'number of single precision' : 'number'}; ${absent} is a missing one`;
  if (type === 'boolean') return 'true or false';
  if (schema['contentEncoding'] === 'base64') return 'bytes in base64';
  if (type === 'string') return typeof description === 'string' ? `time: ${description}` : 'text';
  return type === 'array' ? 'a list, in JSON' : type === 'object' ? 'an object, in JSON' : 'any JSON';
}

const rules = [
  'One refusal names everything that does not fit: field, row, what was expected, what came.',
  'A column that the model does not have, a missing one, a number in quotes, a fraction for a whole number are refused; nothing is rounded, cut or guessed.',
  'JSON has no NaN and no Infinity: a missing number is null, in requests and in answers.',
  'CSV names its columns in the first line, or has the content type text/csv; header=absent and the order below.',
  'Bodies have at most 16 MiB, also once decompressed.',
];

function inputs({ columns, params, inputs: given, outputs }: DescribedDocument): string {
  const table = (caption: string, fields: readonly Field[]): string =>
    `<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table><thead><tr><th scope="col">${caption}</th><th scope="col">Type</th><th scope="col">Required</th><th scope="col">Example</th></tr></thead><tbody>${fields
      .map(
        ({ name, schema, required, example }) =>
          `<tr><td><code>${escape(name)}</code></td><td>${escape(typeWords(schema, 'null'))}</td><td>${required ? 'yes' : 'no'}</td><td><code>${escape(example ?? (schema['default'] === undefined ? '' : JSON.stringify(schema['default'])))}</code></td></tr>`,
      )
      .join('')}</tbody></table></div>`;
  const tensors = (label: string, told: string | undefined): string =>
    told === undefined ? '' : `<p>${label}: <code>${escape(told)}</code></p>`;
  const unknown = columns === undefined && given === undefined ? '<p>The model has no signature: what it takes is its own to say.</p>' : '';
  return `${columns === undefined ? '' : table('Column', columns)}${params.length === 0 ? '' : table('Param', params)}${unknown}
${tensors('As tensors', given)}${tensors('Answers', outputs)}
<ul>${rules.map((rule) => `<li>${escape(rule)}</li>`).join('')}</ul>`;
}

function snippets(described: DescribedDocument): string {
  return snippetsOf(described)
    .map(
      ({ title, code }, index) =>
        `<h3 class="snippet"><span>${escape(title)}</span><button type="button" class="quiet" data-copy="snippet-${index}" aria-label="Copy ${escape(title)}">Copy</button></h3><pre id="snippet-${index}" tabindex="0" role="region" aria-label="${escape(title)}">${escape(code)}</pre>`,
    )
    .join('');
}

function routes({ operations }: DescribedDocument): string {
  const rows = operations.map(
    ({ method, path, summary, protocol }) =>
      `<tr><td><code>${method}</code></td><td><code>${escape(path)}</code></td><td>${escape(summary)}</td><td>${escape(protocol)}</td></tr>`,
  );
  return `<div class="scroll" tabindex="0" role="region" aria-label="Routes of the endpoint"><table><thead><tr><th scope="col">Method</th><th scope="col">Path</th><th scope="col">What for</th><th scope="col">Protocol</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}
