/**
 * Every error that a person or a client can meet, as one table: its HTTP status, its exit code, and the
 * `error_code` that MLflow clients see where it is not the code itself. `docs/reference/errors.md` is generated from it.
 */
interface ErrorRow {
  readonly status: number;
  readonly exit: number;
  /** `error_code` on the MLflow wire; the code itself where absent. */
  readonly mlflow?: string;
  readonly meaning: string;
}

export const errorTable = {
  // --- the field's own codes (MLflow's names, see reference of the MLflow REST API)
  INVALID_PARAMETER_VALUE: { status: 400, exit: 65, meaning: 'A field of the request is missing, malformed or out of range.' },
  BAD_REQUEST: { status: 400, exit: 65, meaning: 'The request cannot be read.' },
  RESOURCE_ALREADY_EXISTS: { status: 400, exit: 65, meaning: 'A thing of that name exists.' },
  UNAUTHENTICATED: { status: 401, exit: 77, meaning: 'The call needs a token, or the token is unknown or expired.' },
  PERMISSION_DENIED: { status: 403, exit: 77, meaning: 'The token does not allow this act.' },
  RESOURCE_DOES_NOT_EXIST: { status: 404, exit: 66, meaning: 'Nothing of that name or id is there.' },
  ENDPOINT_NOT_FOUND: { status: 404, exit: 66, meaning: 'The server has no such route.' },
  METHOD_NOT_ALLOWED: { status: 405, exit: 65, meaning: 'The route is asked by another method; `Allow` names it.' },
  RESOURCE_CONFLICT: { status: 409, exit: 75, meaning: 'The thing changed meanwhile; read it again.' },
  REQUEST_TIMEOUT: { status: 408, exit: 75, meaning: 'The body of the request did not arrive in time.' },
  PAYLOAD_TOO_LARGE: { status: 413, exit: 65, mlflow: 'INVALID_PARAMETER_VALUE', meaning: 'The body exceeds the limit of the route.' },
  TOO_MANY_REQUESTS: { status: 429, exit: 75, mlflow: 'REQUEST_LIMIT_EXCEEDED', meaning: 'A queue is full; retry after the time given.' },
  NOT_IMPLEMENTED: { status: 501, exit: 69, meaning: 'The peer has this call and Millwright does not; see the known limits.' },
  TEMPORARILY_UNAVAILABLE: { status: 503, exit: 75, meaning: 'A back end cannot be reached; retry later.' },
  INTERNAL_ERROR: { status: 500, exit: 70, meaning: 'A fault of Millwright; the log holds the details.' },

  // --- command line
  USAGE: { status: 400, exit: 64, meaning: 'A command, argument or flag is not known or is missing.' },
  NO_SERVER: { status: 503, exit: 69, meaning: 'The command needs a server and none is known or reachable.' },
  INTERRUPTED: { status: 499, exit: 130, meaning: 'The command was interrupted.' },
  DISK_FULL: { status: 507, exit: 74, meaning: 'The disk is full; nothing half-done was left.' },

  // --- state and configuration
  CONFIG_INVALID: { status: 400, exit: 78, meaning: 'A setting or a configuration file is wrong.' },
  STATE_LOCKED: { status: 409, exit: 75, meaning: 'Another process owns this state directory.' },
  STATE_NEWER: { status: 409, exit: 78, meaning: 'The state directory was written by a newer version.' },
  PORT_IN_USE: { status: 409, exit: 69, meaning: 'The port is taken.' },

  // --- gates
  GATE_REFUSED: {
    status: 400,
    exit: 65,
    mlflow: 'INVALID_PARAMETER_VALUE',
    meaning: 'The gate of a registered model refused the version.',
  },

  // --- serving
  INPUT_INVALID: { status: 400, exit: 65, mlflow: 'BAD_REQUEST', meaning: "What was sent does not fit the model's signature." },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, exit: 65, mlflow: 'BAD_REQUEST', meaning: 'The route does not read this content type.' },
  MODEL_INVALID: {
    status: 400,
    exit: 65,
    mlflow: 'INVALID_PARAMETER_VALUE',
    meaning: 'The model cannot be loaded, or cannot score its example.',
  },
  MODEL_FAILED: { status: 500, exit: 70, mlflow: 'INTERNAL_ERROR', meaning: 'The model raised an error while it predicted.' },
  DEADLINE_EXCEEDED: { status: 504, exit: 75, meaning: "The model did not answer within the endpoint's time." },

  // --- data and pipelines (DVC's exit codes: 255 for its errors, 251 for its configuration, 253 outside a repository)
  NOT_A_REPOSITORY: { status: 400, exit: 253, meaning: 'No .dvc folder in this folder or above it.' },
  DVC_CONFIG_INVALID: { status: 400, exit: 251, meaning: 'A DVC configuration file or option is wrong.' },
  DVC_FILE_INVALID: { status: 400, exit: 255, meaning: 'A .dvc, dvc.yaml, dvc.lock or parameters file is wrong.' },
  DATA_ERROR: { status: 400, exit: 255, meaning: 'A data command cannot do what was asked.' },
  STAGE_FAILED: { status: 400, exit: 255, meaning: 'A stage of the pipeline failed.' },
  VERB_FAILED: { status: 400, exit: 1, meaning: 'A data command refused what was asked, where DVC ends with 1.' },
  DATA_NOT_HERE: { status: 404, exit: 66, meaning: 'The hash of this data is known, and its bytes are not in the cache.' },
  DATA_NOT_READABLE: { status: 404, exit: 66, meaning: 'This server stands on no project, so it can read no bytes of data.' },
  REPOSITORY_BUSY: { status: 409, exit: 255, meaning: 'Another process holds the lock of the repository.' },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof errorTable;

/** An error with a row in the table. The message names the thing, what is wrong with it, and what to do. */
export class MillwrightError extends Error {
  override readonly name = 'MillwrightError';
  readonly code: ErrorCode;
  /** Plain data for programs: what `--json` and the HTTP body carry beside the message. */
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; details?: Record<string, unknown> } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details;
  }

  get status(): number {
    return errorTable[this.code].status;
  }

  get exit(): number {
    return errorTable[this.code].exit;
  }
}

/** The errno of a failed system call, such as `ENOENT`; undefined where `error` is something else. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
