/** What names, aliases, tags and version numbers may be: MLflow's rules with MLflow's messages. */
import { posix } from 'node:path';
import { MillwrightError } from '../errors.ts';

export interface Tag {
  readonly key: string;
  readonly value: string;
}

const nameLimit = 256;
const tagKeyLimit = 250;
const tagValueLimit = 100_000;
const aliasLimit = 255;

/** Prompts share MLflow's registry calls; this tag tells them from models. */
const promptTag = 'mlflow.prompt.is_prompt';

function invalid(message: string): MillwrightError {
  return new MillwrightError('INVALID_PARAMETER_VALUE', message);
}

export function checkModelName(name: string, parameter: 'name' | 'new_name' = 'name'): void {
  if (name.trim() === '') throw invalid(`Missing value for required parameter '${parameter}'.`);
  if (/[/:]/.test(name)) throw invalid(`Invalid model name '${name}'. Names cannot contain '/' or ':'.`);
  checkPathUnique('name', name);
  checkLength('name', nameLimit, name);
}

export function checkAlias(alias: string): void {
  if (alias === '') throw invalid('Registered model alias name cannot be empty.');
  if (!/^[\p{L}\p{N}_-]*$/u.test(alias)) {
    throw invalid(`Invalid alias name: '${alias}'. Names may only contain alphanumerics, underscores (_), and dashes (-).`);
  }
  checkLength('Registered model alias name', aliasLimit, alias);
}

/** Names that URIs such as `models:/m@latest` read otherwise can be looked up but not set. */
export function checkAliasFree(alias: string): void {
  checkAlias(alias);
  if (alias.toLowerCase() === 'latest') throw invalid("'latest' alias name (case insensitive) is reserved.");
  if (/^[vV]\d+$/.test(alias)) throw invalid(`Version alias name '${alias}' is reserved.`);
}

export function checkTags(tags: readonly Tag[]): void {
  for (const tag of tags) {
    checkTagKey(tag.key);
    checkLength('key', tagKeyLimit, tag.key);
    checkLength('value', tagValueLimit, tag.value);
  }
}

export function checkTagKey(key: string): void {
  if (!/^[/\p{L}\p{N}_.\- :]*$/u.test(key)) {
    throw invalid(
      `Invalid value ${JSON.stringify(key)} for parameter 'key' supplied: Names may only contain alphanumerics, underscores (_), ` +
        'dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).',
    );
  }
  checkPathUnique('key', key);
}

/** @throws NOT_IMPLEMENTED: a prompt taken for a model would be served and promoted as one */
export function refusePrompts(tags: readonly Tag[]): void {
  if (tags.findLast((tag) => tag.key === promptTag)?.value.toLowerCase() !== 'true') return;
  throw new MillwrightError('NOT_IMPLEMENTED', 'Millwright has no prompt registry: keep prompts as artifacts or in Git');
}

/**
 * How a filter on the prompt tag is met where there are only models: all of them, or none; undefined for other tags.
 * MLflow's client sends such filters with `search_prompts`.
 */
export function matchOfPromptFilter(key: string, comparator: string, value: string): 'all' | 'none' | undefined {
  if (key !== promptTag) return undefined;
  const asksForModels = (comparator === '=' && value === 'false') || (comparator === '!=' && value === 'true');
  return asksForModels ? 'all' : 'none';
}

/** @throws INVALID_PARAMETER_VALUE unless `text` is a whole number; 0 stands for numbers that no version can have */
export function versionNumber(text: string): number {
  if (!/^[+-]?\d+$/.test(text.trim())) throw invalid(`Parameter 'version' must be an integer, got '${text}'.`);
  const number = Number(text);
  return number > 0 && number <= 0x7fffffff ? number : 0;
}

export function modelNotFound(name: string): MillwrightError {
  return new MillwrightError('RESOURCE_DOES_NOT_EXIST', `Registered Model with name=${name} not found`);
}

export function versionNotFound(name: string, version: string | number): MillwrightError {
  return new MillwrightError('RESOURCE_DOES_NOT_EXIST', `Model Version (name=${name}, version=${version}) not found`);
}

function checkPathUnique(parameter: string, name: string): void {
  const resolved = posix.normalize(name).replace(/(?<=.)\/$/, '');
  if (resolved === name && name !== '.' && !name.startsWith('..') && !name.startsWith('/')) return;
  throw invalid(
    `Invalid value ${JSON.stringify(name)} for parameter '${parameter}' supplied: Names may be treated as files in certain cases, ` +
      `and must not resolve to other names when treated as such. This name would resolve to '${resolved}'`,
  );
}

function checkLength(what: string, limit: number, value: string): void {
  // MLflow counts characters; UTF-16 units are never fewer.
  if (value.length > limit && [...value].length > limit) throw invalid(`'${what}' exceeds the maximum length of ${limit} characters`);
}
