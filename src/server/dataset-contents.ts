import { createReadStream } from 'node:fs';
import { posix } from 'node:path';
import type { DatasetComparison, DatasetFileList, DatasetPreview, DatasetProfile, TableComparison } from '../api/datasets.ts';
import { noContents, storedVersion, type DataContents, type StoredVersion } from '../data/contents/index.ts';
import { getDatasetVersion } from '../data/versions/index.ts';
import { MillwrightError } from '../errors.ts';
import { contentHeaders } from './content-headers.ts';
import { integerQuery, requiredQuery } from './query.ts';
import { answer, type AnswerValue, type Call, type Route } from './route.ts';

const get = (name: string, query: readonly string[], handler: Route['handler']): Route => ({
  method: 'GET',
  url: `/api/1/datasets/${name}`,
  action: 'read',
  body: 'none',
  query: ['project', 'path', ...query],
  handler,
});

/** What stands in the versions of a dataset, as far as this server can read their bytes. */
export const datasetContentRoutes: readonly Route[] = [
  get('files', ['version', 'filter', 'sort', 'offset', 'limit'], files),
  get('preview', ['version', 'file'], preview),
  get('profile', ['version', 'file'], profile),
  get('content', ['version', 'file'], content),
  get('compare', ['from', 'to'], compare),
  get('compare-tables', ['from', 'to', 'file'], compareTables),
];

/** The project that a server stands on belongs to the workspace that was there first. */
function contentsOf({ app, principal }: Call): DataContents {
  return principal.workspaceId === 1 ? app.contents : noContents;
}

async function versionOf({ app, principal, query }: Call, parameter = 'version'): Promise<StoredVersion> {
  const [project, path] = [requiredQuery(query, 'project'), requiredQuery(query, 'path')];
  const hash = requiredQuery(query, parameter);
  return storedVersion({ project, path, ...(await app.db.read(getDatasetVersion, { scope: principal, project, path, hash })) });
}

async function files(call: Call): Promise<DatasetFileList> {
  const { query } = call;
  const [order, direction] = sortOf(query.get('sort') ?? 'path:asc');
  const listing = {
    filter: query.get('filter') ?? '',
    order,
    isDescending: direction === 'desc',
    offset: integerQuery(query, 'offset', { default: 0, min: 0, max: 100_000_000 }),
    limit: integerQuery(query, 'limit', { default: 1000, min: 1, max: 10_000 }),
  };
  return (await contentsOf(call).ask({ kind: 'files', version: await versionOf(call), listing })) as DatasetFileList;
}

function sortOf(text: string): ['path' | 'size', 'asc' | 'desc'] {
  const [, order, direction] = /^(path|size):(asc|desc)$/.exec(text) ?? [];
  if (order !== undefined) return [order as 'path', direction as 'asc'];
  throw new MillwrightError('INVALID_PARAMETER_VALUE', `'sort' is '${text}': it must be path:asc, path:desc, size:asc or size:desc`);
}

async function preview(call: Call): Promise<DatasetPreview> {
  return (await contentsOf(call).ask({ kind: 'preview', version: await versionOf(call), file: call.query.get('file') })) as DatasetPreview;
}

async function profile(call: Call): Promise<DatasetProfile> {
  return (await contentsOf(call).ask({ kind: 'profile', version: await versionOf(call), file: call.query.get('file') })) as DatasetProfile;
}

/** The whole file, streamed; to be saved, never to be opened in place. */
async function content(call: Call): Promise<AnswerValue> {
  const version = await versionOf(call);
  const file = call.query.get('file');
  const { path, sizeBytes } = await contentsOf(call).ask({ kind: 'locate', version, file });
  const headers = { ...contentHeaders(posix.basename(file ?? version.path)), 'content-length': String(sizeBytes) };
  return answer({ headers, body: createReadStream(path, { signal: call.signal }) });
}

async function compare(call: Call): Promise<DatasetComparison> {
  const [old, current] = [await versionOf(call, 'from'), await versionOf(call, 'to')];
  return (await contentsOf(call).ask({ kind: 'compareFiles', old, current, limit: 5000 })) as DatasetComparison;
}

async function compareTables(call: Call): Promise<TableComparison> {
  const [old, current] = [await versionOf(call, 'from'), await versionOf(call, 'to')];
  return (await contentsOf(call).ask({ kind: 'compareTables', old, current, file: call.query.get('file') })) as TableComparison;
}
