/**
 * Paths of artifacts as clients name them, and the only way from one to a blob key. No path reaches a store unchecked.
 *
 * An artifact `<experiment>/<run>/artifacts/model/MLmodel` of workspace 1 is the blob `1/artifacts/<that path>`.
 */
import type { Scope } from '../access/index.ts';
import { MillwrightError } from '../errors.ts';

/** Decoding a path again and again must come to rest: more rounds are an attack, not a name. */
const decodingRounds = 5;
const scheme = 'mlflow-artifacts:';

/**
 * The path without `.` and empty segments; `''` is the root of the workspace.
 * @param path percent-decoded once, by whoever took it out of a URL
 * @throws INVALID_PARAMETER_VALUE where it climbs, is absolute, or would when decoded again
 */
export function checkArtifactPath(path: string): string {
  let decoded = path;
  for (let round = 0; ; round += 1) {
    if (leadsOut(decoded)) throw invalidPath(path);
    const next = decodeOnce(decoded);
    if (next === decoded) break;
    if (round === decodingRounds) throw invalidPath(path);
    decoded = next;
  }
  return path
    .split('/')
    .filter((segment) => segment !== '' && segment !== '.')
    .join('/');
}

export function artifactKey(scope: Scope, path: string): string {
  return `${artifactRoot(scope)}${checkArtifactPath(path)}`;
}

/** Prefix of all artifact keys of a workspace. */
function artifactRoot(scope: Scope): string {
  return `${scope.workspaceId}/artifacts/`;
}

/** The checked path of a URI that names an artifact of this server (`mlflow-artifacts:/…`); undefined for every other URI. */
export function artifactPathOf(uri: string): string | undefined {
  if (!uri.startsWith(`${scheme}/`) || uri.startsWith(`${scheme}//`)) return undefined;
  return checkArtifactPath(uri.slice(scheme.length + 1));
}

function leadsOut(path: string): boolean {
  return (
    path.startsWith('/') ||
    // oxlint-disable-next-line no-control-regex -- control characters are what is refused
    /[\u0000-\u001f\u007f\\#]|^[a-zA-Z]:|^file:/i.test(path) ||
    path.split('/').includes('..')
  );
}

function decodeOnce(path: string): string {
  return path.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function invalidPath(path: string): MillwrightError {
  const shown = path.length > 200 ? `${path.slice(0, 200)}…` : path;
  return new MillwrightError(
    'INVALID_PARAMETER_VALUE',
    `Invalid path: ${JSON.stringify(shown)} must be relative, with / between names and without .., # and control characters`,
  );
}
