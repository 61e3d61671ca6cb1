/**
 * The page of an address that MLflow's own UI would have: its clients print `…/#/experiments/1/runs/<id>` at the end of
 * every run. Undefined for what is none.
 */
export function pageOfMlflowAddress(hash: string): string | undefined {
  const path = hash.replace(/^#/, '').split('?', 1)[0] ?? '';
  const run = /^\/experiments\/\d+\/runs\/([0-9a-f]{32})(?:\/|$)/.exec(path)?.[1];
  if (run !== undefined) return `/experiments/runs/${run}`;
  const experiment = /^\/experiments\/(\d+)(?:\/|$)/.exec(path)?.[1];
  if (experiment !== undefined) return `/experiments?exp=${experiment}`;
  const model = /^\/models\/([^/]+)(?:\/versions\/(\d+))?(?:\/|$)/.exec(path);
  if (model === null) return undefined;
  return model[2] === undefined ? `/models/${model[1]}` : `/models/${model[1]}?version=${model[2]}`;
}
