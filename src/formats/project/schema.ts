/**
 * `millwright.yaml`, version 1, as a JSON Schema: what the reader checks by, and what editors can be given.
 * The vocabulary is the part of JSON Schema that `check.ts` knows.
 */
export interface Schema {
  readonly type: 'object' | 'array' | 'string' | 'integer';
  readonly description?: string;
  readonly const?: number;
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
  },
};

/** Sections that the format keeps names for and this version does not read. */
export const laterSections: readonly string[] = ['environments', 'pipelines', 'endpoints', 'monitors'];
