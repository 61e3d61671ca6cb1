/** The document's first examples as programs that run when pasted. */
import type { DescribedDocument, Example } from './read-document.ts';

export interface Snippet {
  readonly title: string;
  readonly code: string;
}

export function snippetsOf({ server, examples }: DescribedDocument): Snippet[] {
  const wanted = [
    examples.find(({ path, contentType }) => path.endsWith('/invocations') && contentType === 'application/json'),
    examples.find(({ contentType }) => contentType === 'text/csv'),
    examples.find(({ path }) => path.endsWith('/infer')),
  ].filter((example) => example !== undefined);
  const [first] = wanted;
  return [
    ...wanted.map((example) => ({ title: `curl, ${nameOf(example)}`, code: curl(server, example) })),
    ...(first === undefined ? [] : [{ title: 'Python', code: python(server, first) }]),
  ];
}

function nameOf({ name, path, contentType }: Example): string {
  if (path.endsWith('/infer')) return 'Open Inference Protocol';
  return contentType === 'application/json' ? name : contentType;
}

function curl(server: string, { path, contentType, body }: Example): string {
  return `curl ${shell(server + path)} \\\n  -H 'content-type: ${contentType}' \\\n  --data-binary ${shell(body)}`;
}

function shell(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Nothing needs to be installed for it. */
function python(server: string, { path, contentType, body }: Example): string {
  return `import json, urllib.request

url = ${pythonText(server + path)}
body = ${pythonText(body)}
request = urllib.request.Request(url, body.encode(), {"content-type": "${contentType}"})
with urllib.request.urlopen(request) as answer:
    print(answer.headers["x-request-id"], json.load(answer))`;
}

/** A JSON string is a Python string, too; raw text reads better where it holds. */
function pythonText(text: string): string {
  return /['\\\n]/.test(text) ? JSON.stringify(text) : `'${text}'`;
}
