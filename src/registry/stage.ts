import { MillwrightError } from '../errors.ts';

/** MLflow's stages in MLflow's order. */
export const stages = ['None', 'Staging', 'Production', 'Archived'] as const;

export type Stage = (typeof stages)[number];

/** Deletion of a version is soft, so that its number is never given again; no call shows such a version. */
export const deletedStage = 'Deleted_Internal';

const activeStages: readonly Stage[] = ['Staging', 'Production'];

/** @throws INVALID_PARAMETER_VALUE for a name that is no stage in any case of letters */
export function canonicalStage(name: string): Stage {
  const stage = stages.find((known) => known.toLowerCase() === name.toLowerCase());
  if (stage !== undefined) return stage;
  throw new MillwrightError('INVALID_PARAMETER_VALUE', `Invalid Model Version stage: ${name}. Value must be one of ${stages.join(', ')}.`);
}

/** @throws INVALID_PARAMETER_VALUE where others cannot be archived in favour of a version in `stage` */
export function requireActiveStage(stage: string): void {
  if (activeStages.includes(canonicalStage(stage))) return;
  throw new MillwrightError(
    'INVALID_PARAMETER_VALUE',
    `Model version transition cannot archive existing model versions because '${stage}' is not an Active stage. ` +
      `Valid stages are ['Staging', 'Production']`,
  );
}
