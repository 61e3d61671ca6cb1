import Type, { type Static } from 'typebox';
import { pageOf } from './page.ts';
import { Time } from './time.ts';

const textOrNull = Type.Union([Type.String(), Type.Null()]);
const numberOrNull = Type.Union([Type.Number(), Type.Null()]);

/** One row of a request for predictions. */
export const Prediction = Type.Object({
  requestId: Type.String(),
  /** Counted from 0 within the request. */
  row: Type.Integer(),
  endpoint: Type.String(),
  model: textOrNull,
  version: textOrNull,
  runId: textOrNull,
  at: Time,
  latencyMs: Type.Number(),
  /** HTTP status of the answer. */
  status: Type.Integer(),
  protocol: Type.String(),
  /** How many rows the request had. */
  rows: Type.Integer(),
  errorCode: textOrNull,
  errorMessage: textOrNull,
  features: Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()]),
  prediction: Type.Unknown(),
});
export type Prediction = Static<typeof Prediction>;

/**
 * `GET /api/1/predictions?endpoint=&request_id=&filter=&text=&from=&to=&status=&model=&version=&limit=&cursor=`: newest first. `filter`
 * compares `features.NAME`, `prediction`, `latency_ms` and others; `text` holds words of the error; times are milliseconds.
 */
export const PredictionPage = pageOf(Prediction);
export type PredictionPage = Static<typeof PredictionPage>;

/** `GET /api/1/predictions/:requestId`: all rows of one request. */
export const PredictionRequest = Type.Object({ items: Type.Array(Prediction) });
export type PredictionRequest = Static<typeof PredictionRequest>;

/** `GET /api/1/endpoints/:name/traffic?from=&to=&bucket_ms=`: spans without requests are left out. */
export const Traffic = Type.Object({
  from: Time,
  to: Time,
  bucketMs: Type.Integer(),
  buckets: Type.Array(
    Type.Object({
      from: Time,
      requests: Type.Integer(),
      /** Answered 4xx. */
      clientErrors: Type.Integer(),
      /** Answered 5xx. */
      serverErrors: Type.Integer(),
      /** Of answers with a prediction, as an endpoint's statistics. */
      p50Ms: numberOrNull,
      p95Ms: numberOrNull,
      p99Ms: numberOrNull,
    }),
  ),
});
export type Traffic = Static<typeof Traffic>;

/** One request that a model answered elsewhere. `features` is one row, or a list of rows with as many in `prediction`. */
export const SentPrediction = Type.Object(
  {
    request_id: Type.String({ minLength: 1, maxLength: 256 }),
    endpoint: Type.String({ minLength: 1, maxLength: 256 }),
    model: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
    version: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    run_id: Type.Optional(Type.String({ maxLength: 64 })),
    /** Milliseconds since 1970; the time of arrival where absent. */
    at: Type.Optional(Type.Integer({ minimum: 0, maximum: 8_640_000_000_000 })),
    latency_ms: Type.Optional(Type.Number({ minimum: 0 })),
    status: Type.Optional(Type.Integer({ minimum: 100, maximum: 599 })),
    features: Type.Optional(
      Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Array(Type.Record(Type.String(), Type.Unknown()), { minItems: 1 })]),
    ),
    prediction: Type.Optional(Type.Unknown()),
    error: Type.Optional(Type.Object({ code: Type.String({ maxLength: 256 }), message: Type.String({ maxLength: 65_536 }) })),
  },
  { additionalProperties: false },
);
export type SentPrediction = Static<typeof SentPrediction>;

/** Of `POST /api/1/predictions`. Good lines are kept where others are bad; a request that is there already is not kept again. */
export const SentResult = Type.Object({
  kept: Type.Integer(),
  alreadyThere: Type.Integer(),
  problems: Type.Array(Type.Object({ line: Type.Integer(), message: Type.String() })),
});
export type SentResult = Static<typeof SentResult>;
