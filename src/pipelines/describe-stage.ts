import type { Stage } from './stage.ts';

/** One line about a stage: the first of its description, else what it makes or reads. */
export function describeStage(stage: Stage): string {
  const described = stage.definition?.desc?.split('\n').find((line) => line !== '');
  if (described !== undefined) return described.trim();
  const deps = [...stage.deps.map(({ entry }) => entry.path), ...stage.params.map(({ path }) => path)];
  if (stage.outs.length === 0) return deps.length === 0 ? 'No outputs or dependencies' : `Depends on ${deps.join(', ')}`;
  const names = (isReport: boolean): string =>
    stage.outs
      .filter(({ entry }) => (entry.metric === true || entry.plot === true) === isReport)
      .map(({ entry }) => entry.path)
      .join(', ');
  const parts = [
    ['Outputs', names(false)],
    ['Reports', names(true)],
  ] as const;
  return parts
    .filter(([, list]) => list !== '')
    .map(([label, list]) => `${label} ${list}`)
    .join('; ');
}
