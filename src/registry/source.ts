/**
 * What a client may name as the source of a model version, and nothing else: a model (`models:/…`), a run (`runs:/…`),
 * this server's store (`mlflow-artifacts:/…`) or a store that clients reach by themselves. Never the server's disk.
 */
import { MillwrightError } from '../errors.ts';

export type Source =
  | { readonly kind: 'logged model'; readonly modelId: string }
  | { readonly kind: 'model version'; readonly name: string; readonly reference: VersionReference }
  | { readonly kind: 'run'; readonly runId: string; readonly path: string }
  | { readonly kind: 'artifacts' }
  | { readonly kind: 'remote' };

/** `models:/name/3`, `models:/name@alias`, `models:/name/Stage`, `models:/name/latest`. */
export type VersionReference =
  | { readonly kind: 'version'; readonly version: string }
  | { readonly kind: 'alias'; readonly alias: string }
  | { readonly kind: 'stage'; readonly stage: string };

const remoteSchemes = new Set('s3 s3a s3n r2 b2 gs wasb wasbs abfs abfss hdfs viewfs dbfs oci http https ftp sftp azureml'.split(' '));
const sourceLimit = 2048;
const decodingRounds = 5;

/** @throws INVALID_PARAMETER_VALUE with MLflow's words */
export function parseSource(source: string): Source {
  if (source.length > sourceLimit) throw invalid(`Invalid model version source: it is longer than ${sourceLimit} characters.`);
  refuseClimbing(source);
  const [, scheme, rest] = /^([a-zA-Z][a-zA-Z0-9+.-]*):(.*)$/s.exec(source) ?? [];
  if (scheme === undefined || rest === undefined) throw localSource(source);
  switch (scheme.toLowerCase()) {
    case 'models':
      return parseModelsUri(source, rest);
    case 'runs':
      return parseRunsUri(source, rest);
    case 'mlflow-artifacts':
      return { kind: 'artifacts' };
    default:
      if (!remoteSchemes.has(scheme.toLowerCase()) || !/^\/\/[^/]/.test(rest)) throw localSource(source);
      // This server's proxy under its HTTP name is not to be had past the check of run and model.
      return /\/mlflow-artifacts\/artifacts(\/|$)/.test(decodeAll(source)) ? { kind: 'artifacts' } : { kind: 'remote' };
  }
}

function parseModelsUri(source: string, rest: string): Source {
  if (rest.startsWith('//')) {
    throw invalid(`Invalid model version source: '${source}'. Registered model sources must use the active model registry.`);
  }
  const parts = rest.replace(/^\/+/, '').split('/');
  const [first = '', suffix] = parts;
  if (!rest.startsWith('/') || first.trim() === '' || parts.length > 2 || suffix?.trim() === '') throw unidentified(source, 'model_id');
  if (suffix !== undefined) {
    const reference: VersionReference = /^\d+$/.test(suffix)
      ? { kind: 'version', version: suffix }
      : suffix.toLowerCase() === 'latest'
        ? { kind: 'alias', alias: 'latest' }
        : { kind: 'stage', stage: suffix };
    return { kind: 'model version', name: first, reference };
  }
  const at = first.lastIndexOf('@');
  if (at === -1) return { kind: 'logged model', modelId: first };
  return { kind: 'model version', name: first.slice(0, at), reference: { kind: 'alias', alias: first.slice(at + 1) } };
}

function parseRunsUri(source: string, rest: string): Source {
  const [, runId, path] = /^\/([^/]+)(?:\/(.*))?$/s.exec(rest) ?? [];
  if (rest.startsWith('//') || runId === undefined) throw unidentified(source, 'run_id');
  return { kind: 'run', runId, path: path ?? '' };
}

/** The request does not name the run or model that the source belongs to. */
export function unidentified(source: string, parameter: 'run_id' | 'model_id'): MillwrightError {
  return invalid(
    `Invalid model version source: '${source}'. The ${parameter} request parameter must identify the resource that contains the source.`,
  );
}

function localSource(source: string): MillwrightError {
  return invalid(
    `Invalid model version source: '${source}'. To use a local path as a model version source, the run_id request parameter has to be specified and ` +
      'the local path has to be contained within the artifact directory of the run specified by the run_id. This server keeps artifacts in its own ' +
      'store, never at a path: log the model to a run and register models:/… or runs:/….',
  );
}

function refuseClimbing(source: string): void {
  const decoded = decodeAll(source);
  // oxlint-disable-next-line no-control-regex -- control characters are what is refused
  if (!/[\u0000-\u001f\u007f\\]/.test(decoded) && !decoded.split(/[/?#]/).includes('..') && !/\/\.(\/|$)/.test(decoded)) return;
  throw invalid(
    `Invalid model version source: '${source}'. If supplying a source as an http, https, local file path, ftp, objectstore, or mlflow-artifacts uri, ` +
      'an absolute path must be provided without relative path references present. Please provide an absolute path.',
  );
}

function decodeAll(text: string): string {
  let decoded = text;
  for (let round = 0; round < decodingRounds; round += 1) {
    const next = decoded
      .replaceAll('+', ' ')
      .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    if (next === decoded) return decoded;
    decoded = next;
  }
  throw invalid(`Invalid model version source: '${text}'. It is percent-encoded too many times.`);
}

function invalid(message: string): MillwrightError {
  return new MillwrightError('INVALID_PARAMETER_VALUE', message);
}
