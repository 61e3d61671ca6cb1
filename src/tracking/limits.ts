/** What MLflow allows in names and values, with its messages: clients and their tests match them. */
import { MillwrightError } from '../errors.ts';

export function invalid(message: string): MillwrightError {
  return new MillwrightError('INVALID_PARAMETER_VALUE', message);
}

const entityName = /^[/\p{L}\p{N}\p{M}_.\- :]*$/u;
const nameLimit = 250;
const paramValueLimit = 6000;
const tagValueLimit = 8000;
const experimentNameLimit = 500;
const experimentTagValueLimit = 20_000;

/** A key of a metric, param or tag. @param path where it stands in the request, such as `metrics[0].name` */
export function checkName(name: string, path: string): void {
  if (!entityName.test(name)) {
    throw invalid(
      `Invalid value ${quote(name)} for parameter '${path}' supplied: Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).`,
    );
  }
  const normal = normalPath(name);
  if (normal !== name || normal === '.' || normal.startsWith('..') || normal.startsWith('/')) {
    throw invalid(
      `Invalid value ${quote(name)} for parameter '${path}' supplied: Names may be treated as files in certain cases, and must not resolve to other names when treated as such. This name would resolve to '${normal}'`,
    );
  }
}

/** `posixpath.normpath` of Python. */
function normalPath(name: string): string {
  if (/^[^/.]*$/.test(name) && name !== '') return name;
  const absolute = name.startsWith('//') && !name.startsWith('///') ? '//' : name.startsWith('/') ? '/' : '';
  const parts: string[] = [];
  for (const part of name.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..' || (absolute === '' && (parts.length === 0 || parts.at(-1) === '..'))) parts.push(part);
    else if (parts.length > 0) parts.pop();
  }
  return absolute + parts.join('/') || '.';
}

function quote(value: unknown): string {
  return JSON.stringify(value).replace(/[\u007f-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function checkLength(what: string, limit: number, value: string): void {
  if (characters(value) > limit) throw invalid(`'${what}' exceeds the maximum length of ${limit} characters`);
}

/** Characters as Python counts them: code points. */
function characters(value: string): number {
  let surrogatePairs = 0;
  for (let index = 0; index < value.length; index += 1) if ((value.charCodeAt(index) & 0xfc00) === 0xd800) surrogatePairs += 1;
  return value.length - surrogatePairs;
}

/** Long values are cut, as MLflow does by default (`MLFLOW_TRUNCATE_LONG_VALUES`). */
function cut(limit: number, value: string): string {
  if (value.length <= limit || characters(value) <= limit) return value;
  return Array.from(value).slice(0, limit).join('');
}

export function checkMetricName(name: string, path: string): void {
  checkName(name, path);
  checkLength('Metric name', nameLimit, name);
}

export function checkTimestamp(timestamp: number | bigint, name: string, value: number, path: string): void {
  if (timestamp >= 0) return;
  throw invalid(
    `Invalid value ${timestamp} for parameter '${path}' supplied: metric '${name}' (value=${Number.isInteger(value) ? value.toFixed(1) : value}). Timestamp must be a nonnegative long (64-bit integer) `,
  );
}

/** The value as it is stored. */
export function checkParam(name: string, value: string, path = 'key'): string {
  checkName(name, path);
  checkLength('Param key', nameLimit, name);
  return cut(paramValueLimit, value);
}

/** The value as it is stored. @param prefix `tags[0].` in a batch */
export function checkTag(name: string, value: string, prefix = ''): string {
  checkName(name, `${prefix}key`);
  checkLength(`${prefix}key`, nameLimit, name);
  return cut(tagValueLimit, value);
}

export function checkExperimentName(name: string): void {
  if (name === '') throw invalid("Invalid experiment name: ''");
  checkLength('name', experimentNameLimit, name);
}

export function checkExperimentTag(name: string, value: string): void {
  checkName(name, 'key');
  checkLength('key', nameLimit, name);
  checkLength('value', experimentTagValueLimit, value);
}

export function checkRunId(runId: string): void {
  if (!/^[a-zA-Z0-9][\w-]{0,255}$/.test(runId)) throw invalid(`Invalid value ${quote(runId)} for parameter 'run_id' supplied.`);
}

const batchLimits = { metrics: 1000, params: 100, tags: 100 } as const;

export function checkBatchSize(sizes: { readonly metrics: number; readonly params: number; readonly tags: number }): void {
  const check = (what: string, limit: number, size: number): void => {
    if (size <= limit) return;
    throw invalid(
      `A batch logging request can contain at most ${limit} ${what}. Got ${size} ${what}. Please split up ${what} across multiple requests and try again.`,
    );
  };
  for (const what of ['metrics', 'params', 'tags'] as const) check(what, batchLimits[what], sizes[what]);
  check('metrics, params, and tags', 1000, sizes.metrics + sizes.params + sizes.tags);
}

export interface DatasetText {
  readonly name: string;
  readonly digest: string;
  readonly source: string;
  readonly schema?: string | undefined;
  readonly profile?: string | undefined;
}

export function checkDataset(dataset: DatasetText): void {
  checkLength('name', 500, dataset.name);
  checkLength('digest', 36, dataset.digest);
  checkLength('source', 65_535, dataset.source);
  if (dataset.schema !== undefined) checkLength('schema', 1_048_575, dataset.schema);
  if (dataset.profile !== undefined) checkLength('profile', 16_777_215, dataset.profile);
}

export function checkInputTag(name: string, value: string): void {
  checkLength('key', 255, name);
  checkLength('value', 500, value);
}

const forbiddenInModelName = ['/', ':', '.', '%', '"', "'"];

export function checkLoggedModelName(name: string): void {
  if (name !== '' && !forbiddenInModelName.some((character) => name.includes(character))) return;
  throw invalid(
    `Invalid model name (${pythonQuote(name)}) provided. Model name must be a non-empty string and cannot contain the following characters: ('/', ':', '.', '%', '"', "'")`,
  );
}

/** Python's `repr` of a text. */
export function pythonQuote(text: string): string {
  const escaped = text.replace(/[\\\n\r\t]/g, (character) => ({ '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' })[character]!);
  return text.includes("'") && !text.includes('"') ? `"${escaped}"` : `'${escaped.replaceAll("'", "\\'")}'`;
}
