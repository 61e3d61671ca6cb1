import type { Endpoint } from '../../api/endpoints.ts';
import type { RepositoryModel } from '../../formats/oip/metadata.ts';

/** An endpoint as the Open Inference Protocol lists models: by what answers, else by what should. */
export function repositoryModel({ name, model, live, state, target, problem, preparing }: Endpoint): RepositoryModel {
  if (live !== null) {
    const version = String(live.version);
    return live.ready
      ? { name, version, state: 'READY', reason: '' }
      : { name, version, state: 'UNAVAILABLE', reason: 'no worker of the model is up' };
  }
  if (target === null) return { name, version: undefined, state: 'UNAVAILABLE', reason: `${model} stands on no version` };
  const version = String(target.version);
  if (state !== 'failed') return { name, version, state: 'LOADING', reason: preparing?.step ?? '' };
  // Its first line: the rest is what the model's installer said, for those who run it.
  const [why = ''] = (problem?.message ?? '').split('\n', 1);
  return { name, version, state: 'UNAVAILABLE', reason: `it could not be loaded: ${why.slice(0, 500)}` };
}
