/** What can happen that somebody acts on or wants to see. The subject is a lineage node. */
export const eventKinds = [
  'pipeline_run.started',
  'pipeline_run.ended',
  'stage_run.ended',
  'run.created',
  'run.ended',
  'model_version.created',
  'parity.checked',
  'alias.moved',
  'stage.moved',
  'gate.refused',
  'gate.removed',
  'deployment.started',
  'deployment.live',
  'deployment.failed',
] as const;

export type EventKind = (typeof eventKinds)[number];

export interface Event {
  /** UUIDv7 without dashes: sorts by time. */
  readonly id: string;
  readonly kind: EventKind;
  readonly subjectKind: string;
  readonly subjectId: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly actor: string;
  readonly data: Readonly<Record<string, unknown>>;
}
