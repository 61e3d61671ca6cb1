import { MillwrightError } from '../errors.ts';
import type { Api } from './remote.ts';

/**
 * The id of a pipeline run, of its id or of what people call it: `energy-forecast #12`, also without the space, and `#12`
 * where one project only has so many.
 * @throws RESOURCE_DOES_NOT_EXIST, USAGE where several are meant
 */
export async function pipelineRunId(api: Api, run: string): Promise<string> {
  const [, project, number] = /^(.*?)\s*#(\d{1,15})$/.exec(run) ?? [];
  if (project === undefined || number === undefined) return run;
  const { items } = await api.pipelineRuns({ number: Number(number), ...(project === '' ? {} : { project }), limit: 20 });
  const [found, ...others] = items;
  if (found === undefined)
    throw new MillwrightError(
      'RESOURCE_DOES_NOT_EXIST',
      `there is no pipeline run '${run}': \`millwright runs list\` shows those that are there`,
    );
  if (others.length === 0) return found.id;
  throw new MillwrightError('USAGE', `'${run}' may mean ${items.map(({ name }) => `'${name}'`).join(', ')}: write one of these`);
}
