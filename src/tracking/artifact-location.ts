import { invalid } from './limits.ts';

const lengthLimit = 2048;

/** Schemes of stores that clients reach by themselves: the server never opens them. */
const remoteSchemes = new Set(['s3', 's3a', 's3n', 'r2', 'b2', 'gs', 'wasb', 'wasbs', 'abfs', 'abfss', 'hdfs', 'viewfs', 'dbfs', 'oci']);

/**
 * Checks the place that a client names for an experiment's artifacts: this server's own store (`mlflow-artifacts:/…`)
 * or a store that the client talks to itself. Nothing may name the disk of the server.
 */
export function checkArtifactLocation(location: string): void {
  if (location.length > lengthLimit) {
    throw invalid(`Invalid artifact path length. The length of the artifact path cannot be greater than ${lengthLimit} characters.`);
  }
  if (location.startsWith('runs:')) throw invalid(`Artifact location cannot be a runs:/ URI. Given: '${location}'`);
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(location)?.[1]?.toLowerCase();
  const remote = scheme !== undefined && remoteSchemes.has(scheme) && location.slice(scheme.length).startsWith('://');
  if (scheme !== 'mlflow-artifacts' && !remote) {
    throw invalid(
      `Invalid artifact location '${location}': give none (the server keeps the artifacts), 'mlflow-artifacts:/<path>', or a store that clients reach themselves (${[...remoteSchemes].slice(0, 5).join(', ')}, …). Paths and file: URIs of the server are not served.`,
    );
  }
  const rest = location.slice(scheme.length + 1);
  if (/[#;]/.test(rest)) throw invalid("'artifact_location' URL can't include fragments or params.");
  // oxlint-disable-next-line no-control-regex -- control characters are what is refused
  if (climbs(rest) || /[\u0000-\u001f\u007f\\]/.test(decoded(rest)))
    throw invalid(`Invalid artifact location '${location}': it must not climb out of its root.`);
  if (scheme === 'mlflow-artifacts' && !/^\/(?!\/)/.test(rest)) {
    throw invalid(`Invalid artifact location '${location}': the form is 'mlflow-artifacts:/<path>'.`);
  }
}

function climbs(path: string): boolean {
  return decoded(path)
    .split(/[/?&=]/)
    .includes('..');
}

/** Percent-encodings undone until nothing changes: `%252e` hides a dot as well as `%2e`. */
function decoded(text: string): string {
  for (let current = text, round = 0; round < 10; round += 1) {
    const next = current.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    if (next === current) return current;
    current = next;
  }
  throw invalid('Invalid artifact location: it is encoded too many times.');
}

export function defaultArtifactLocation(experimentId: number): string {
  return `mlflow-artifacts:/${experimentId}`;
}

/** A location below another: the query of `s3://bucket/root?region=…` stays at the end. */
export function below(location: string, path: string): string {
  const mark = location.indexOf('?');
  const [root, query] = mark === -1 ? [location, ''] : [location.slice(0, mark), location.slice(mark)];
  return `${root.replace(/\/+$/, '')}/${path}${query}`;
}
