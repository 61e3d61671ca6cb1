/**
 * `millwright.yaml`, version 1, as a JSON Schema: what the reader checks by, and what editors can be given.
 * The vocabulary is the part of JSON Schema that `check.ts` knows.
 */
export interface Schema {
  readonly type: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly description?: string;
  readonly const?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  /** The values of a mapping whose keys are names that the user gives. */
  readonly additionalProperties?: Schema;
}

const model: Schema = {
  type: 'object',
  description: 'The gate of a registered model.',
  required: ['evidence', 'gate'],
  properties: {
    protects: {
      type: 'array',
      description: 'Aliases and stages that move only through the gate.',
      items: { type: 'string', pattern: '^[\\p{L}\\p{N}_-]+$', maxLength: 255 },
      minItems: 1,
    },
    evidence: {
      type: 'object',
      description: 'The file with the numbers that the gate judges, and the stage of dvc.yaml that writes it.',
      required: ['stage', 'file'],
      properties: { stage: { type: 'string', minLength: 1, maxLength: 500 }, file: { type: 'string', minLength: 1, maxLength: 1000 } },
    },
    gate: { type: 'string', description: 'A CEL expression over the objects of the evidence.', minLength: 1, maxLength: 4096 },
  },
};

const records: Schema = {
  type: 'object',
  description: 'How the record of each prediction is kept; all of all, for ever, unless set.',
  properties: {
    sample: { type: 'number', description: 'Which part of the requests is kept; 1 unless set. Errors always are.', minimum: 0, maximum: 1 },
    mask: {
      type: 'object',
      description: 'Columns whose values are dropped, or replaced by a keyed hash.',
      additionalProperties: { type: 'string', enum: ['drop', 'hash'] },
    },
    required: { type: 'boolean', description: 'Whether a prediction fails when its record cannot be kept; true unless set.' },
    keep_days: { type: 'integer', description: 'Days after which records are removed; for ever unless set.', minimum: 1, maximum: 36_500 },
  },
};

const endpoint: Schema = {
  type: 'object',
  description: 'A name under which the version that a model URI stands on answers.',
  required: ['model'],
  properties: {
    model: {
      type: 'string',
      description: 'What it serves: models:/NAME@ALIAS (it follows the alias), models:/NAME/STAGE or models:/NAME/VERSION.',
      minLength: 1,
      maxLength: 1000,
    },
    runtime: { type: 'string', description: 'auto (default), onnx or python_function.', minLength: 1, maxLength: 20 },
    workers: { type: 'integer', description: 'Processes of a Python model; 1 unless set.', minimum: 1, maximum: 64 },
    queue: { type: 'integer', description: 'Requests that wait at most; 256 unless set.', minimum: 1, maximum: 100_000 },
    timeout_seconds: { type: 'integer', description: 'After which a request is given up; 60 unless set.', minimum: 1, maximum: 3600 },
    memory_mib: { type: 'integer', description: 'What one Python worker may take; 2048 unless set.', minimum: 64, maximum: 1_048_576 },
    batch_rows: {
      type: 'integer',
      description: 'Rows of waiting requests that one call of a Python model takes together; 1024 unless set, 1 joins none.',
      minimum: 1,
      maximum: 1_000_000,
    },
    records,
  },
};

export const projectSchema: Schema = {
  type: 'object',
  required: ['schema'],
  properties: {
    schema: { type: 'integer', const: 1, description: 'Version of this format.' },
    project: {
      type: 'string',
      description: "Name of the project and of its experiment; the folder's name where it is absent.",
      minLength: 1,
      maxLength: 200,
    },
    models: { type: 'object', description: 'Gates, by the name of the registered model.', additionalProperties: model },
    endpoints: { type: 'object', description: 'Endpoints, by name.', additionalProperties: endpoint },
  },
};

/** Sections that the format keeps names for and this version does not read. */
export const laterSections: readonly string[] = ['environments', 'pipelines', 'monitors'];
