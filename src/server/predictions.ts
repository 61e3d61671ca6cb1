import Type from 'typebox';
import { SentPrediction, type PredictionPage, type PredictionRequest, type SentResult, type Traffic } from '../api/predictions.ts';
import { MillwrightError } from '../errors.ts';
import { findInfinite, parseLongIntegersAsText } from '../lib/lossless-json.ts';
import type { PredictionSearch } from '../predictions/index.ts';
import { decodeUtf8, parseJson } from './body.ts';
import { integerQuery, requiredQuery } from './query.ts';
import type { Call, Route } from './route.ts';

const sentLimitBytes = 8 * 1024 * 1024;
const lineLimit = 20_000;
const problemLimit = 100;
const bucketLimit = 1000;
const latest = 8_640_000_000_000_000;

export const predictionRoutes: readonly Route[] = [
  {
    method: 'GET',
    url: '/api/1/predictions',
    action: 'read',
    body: 'none',
    query: ['endpoint', 'request_id', 'filter', 'text', 'from', 'to', 'status', 'model', 'version', 'limit', 'cursor'],
    handler: search,
  },
  { method: 'GET', url: '/api/1/predictions/:requestId', action: 'read', body: 'none', handler: show },
  {
    method: 'GET',
    url: '/api/1/endpoints/:name/traffic',
    action: 'read',
    body: 'none',
    query: ['from', 'to', 'bucket_ms'],
    handler: traffic,
  },
  { method: 'POST', url: '/api/1/predictions', action: 'predictions.write', body: 'bytes', bodyLimitBytes: sentLimitBytes, handler: send },
];

async function search({ app, principal, query }: Call): Promise<PredictionPage> {
  const texts = {
    endpoint: 'endpoint',
    requestId: 'request_id',
    filter: 'filter',
    text: 'text',
    model: 'model',
    version: 'version',
    cursor: 'cursor',
  };
  const numbers = { from: latest, to: latest, status: 999 };
  const given = [
    ...Object.entries(texts).map(([field, name]) => [field, query.get(name)]),
    ...Object.entries(numbers).map(([name, max]) => [
      name,
      query.get(name) === null ? null : integerQuery(query, name, { default: 0, min: 0, max }),
    ]),
  ].filter(([, value]) => value !== null && value !== '');
  const limit = integerQuery(query, 'limit', { default: 100, min: 1, max: 1000 });
  const { items, nextCursor } = await app.records.search(principal, { ...(Object.fromEntries(given) as Partial<PredictionSearch>), limit });
  return { items: items as PredictionPage['items'], ...(nextCursor === undefined ? {} : { nextCursor }) };
}

async function show({ app, principal, params }: Call): Promise<PredictionRequest> {
  const items = await app.records.findRequest(principal, params['requestId']!);
  if (items.length > 0) return { items };
  throw new MillwrightError(
    'RESOURCE_DOES_NOT_EXIST',
    `no prediction has the request id '${params['requestId']!.slice(0, 256)}': it may not have been sampled`,
  );
}

async function traffic({ app, principal, params, query }: Call): Promise<Traffic> {
  for (const name of ['from', 'to']) requiredQuery(query, name);
  const to = integerQuery(query, 'to', { default: 0, min: 0, max: latest });
  const from = integerQuery(query, 'from', { default: 0, min: 0, max: to });
  const bucketMs = integerQuery(query, 'bucket_ms', { default: Math.max(1000, Math.ceil((to - from) / 60)), min: 1000, max: latest });
  if ((to - from) / bucketMs > bucketLimit) {
    throw new MillwrightError(
      'INVALID_PARAMETER_VALUE',
      `'bucket_ms' is ${bucketMs}: that parts the span into more than ${bucketLimit}; make it longer`,
    );
  }
  const buckets = await app.records.traffic(principal, { endpoint: params['name']!, from, to, bucketMs });
  return { from, to, bucketMs, buckets: [...buckets] };
}

/** A JSON array, or JSON lines. Every bad line is told; the good ones are kept. */
async function send({ app, principal, body }: Call): Promise<SentResult> {
  const good: SentPrediction[] = [];
  const problems: SentResult['problems'] = [];
  const { what, lines } = linesOf(body as Buffer);
  for (const [line, text, infinite] of lines) {
    try {
      const sent = parseJson(Buffer.from(text), SentPrediction, { parse: parseLongIntegersAsText, what }) as SentPrediction;
      refuseInfinite(infinite ?? findInfinite(sent));
      refuseBrokenNames(sent);
      refuseOtherCount(sent);
      good.push(sent);
    } catch (error) {
      if (!(error instanceof MillwrightError)) throw error;
      if (problems.length < problemLimit) problems.push({ line, message: error.message });
    }
  }
  return { ...(await app.ingest(principal, good, app.clock.now())), problems };
}

/** JSON can escape half of a surrogate pair; no request can be found again by one. */
function refuseBrokenNames(sent: SentPrediction): void {
  for (const field of ['request_id', 'endpoint', 'model', 'version', 'run_id'] as const) {
    if (sent[field]?.isWellFormed() === false)
      throw new MillwrightError('INVALID_PARAMETER_VALUE', `'${field}' holds half of a surrogate pair: send whole characters`);
  }
}

function refuseInfinite(field: string | undefined): void {
  if (field === undefined) return;
  throw new MillwrightError('INVALID_PARAMETER_VALUE', `'${field}' is a number beyond ±1.8e308: send it as a text, or null`);
}

function refuseOtherCount({ features, prediction }: SentPrediction): void {
  if (!Array.isArray(features) || prediction === undefined || (Array.isArray(prediction) && prediction.length === features.length)) return;
  const came = Array.isArray(prediction) ? `a list of ${prediction.length}` : 'no list';
  throw new MillwrightError(
    'INVALID_PARAMETER_VALUE',
    `'features' is a list of ${features.length} rows and 'prediction' ${came}: send a list with a prediction for each row`,
  );
}

/**
 * Number (from 1) and text of each line, or of each item of an array; of an item also where a number stands that its text cannot hold.
 * @throws BAD_REQUEST, PAYLOAD_TOO_LARGE
 */
function linesOf(body: Buffer): { what: string; lines: (readonly [number, string, string | undefined])[] } {
  const text = decodeUtf8(body);
  const isArray = text.trimStart().startsWith('[');
  const items = isArray
    ? (parseJson(body, Type.Array(Type.Unknown()), { parse: parseLongIntegersAsText }) as unknown[]).map(
        (item) => [JSON.stringify(item), findInfinite(item)] as const,
      )
    : text.split('\n').map((item) => [item, undefined] as const);
  const lines = items.map(([item, infinite], index) => [index + 1, item, infinite] as const).filter(([, item]) => item.trim() !== '');
  if (lines.length <= lineLimit) return { what: isArray ? 'the item' : 'the line', lines };
  throw new MillwrightError(
    'PAYLOAD_TOO_LARGE',
    `${lines.length} predictions came and at most ${lineLimit} go at once: send them in parts`,
  );
}
