/** Which lifecycle stages a search sees. */
export type ViewType = 'ACTIVE_ONLY' | 'DELETED_ONLY' | 'ALL';

export interface Experiment {
  readonly id: number;
  readonly name: string;
  readonly artifactLocation: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly deletedAt: number | null;
  readonly tags: readonly NamedValue[];
}

/** A param or a tag. */
export interface NamedValue {
  readonly name: string;
  readonly value: string;
}
