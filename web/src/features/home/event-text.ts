import type { EventItem } from '../../../../src/api/events.ts';

/** One line that says what happened, and where to look. */
export interface EventLine {
  readonly text: string;
  readonly state: string | undefined;
  readonly href: string | undefined;
}

export function describeEvent(event: EventItem): EventLine {
  const said = (key: string) =>
    typeof event.data[key] === 'string' || typeof event.data[key] === 'number' ? String(event.data[key]) : undefined;
  const id = encodeURIComponent(event.subjectId);
  const [model, version] = [
    event.subjectId.slice(0, event.subjectId.lastIndexOf('/')),
    event.subjectId.slice(event.subjectId.lastIndexOf('/') + 1),
  ];
  const modelHref = `/models/${encodeURIComponent(model === '' ? event.subjectId : model)}${model === '' ? '' : `?version=${encodeURIComponent(version)}`}`;
  const pipelineRun = `${said('project') ?? 'pipeline run'} ${said('number') === undefined ? '' : `#${said('number')}`}`.trim();
  switch (event.kind) {
    case 'pipeline_run.started':
      return { text: `${pipelineRun} started: ${said('cause') ?? ''}`, state: 'running', href: `/pipelines/${id}` };
    case 'pipeline_run.ended':
      return { text: `${pipelineRun} ended`, state: said('outcome'), href: `/pipelines/${id}` };
    case 'stage_run.ended':
      return {
        text: `Stage ${said('stage') ?? event.subjectId} ended`,
        state: said('outcome'),
        href:
          said('pipelineRunId') &&
          `/pipelines/${encodeURIComponent(said('pipelineRunId') ?? '')}?stage=${encodeURIComponent(said('stage') ?? '')}`,
      };
    case 'run.created':
      return { text: `Run ${said('name') ?? event.subjectId.slice(0, 8)} began`, state: undefined, href: `/experiments/runs/${id}` };
    case 'run.ended':
      return { text: `Run ${said('name') ?? event.subjectId.slice(0, 8)} ended`, state: said('status'), href: `/experiments/runs/${id}` };
    case 'model_version.created':
      return { text: `${model} v${version} registered`, state: undefined, href: modelHref };
    case 'alias.moved':
      return { text: `${model} v${version} is now @${said('alias') ?? said('target') ?? ''}`, state: 'fine', href: modelHref };
    case 'stage.moved':
      return { text: `${model} v${version} is now in ${said('stage') ?? said('target') ?? ''}`, state: 'fine', href: modelHref };
    case 'gate.refused':
      return { text: `The gate refused ${model} v${version}`, state: 'refused', href: modelHref };
    default:
      return { text: `${event.kind} ${event.subjectId}`, state: undefined, href: undefined };
  }
}
