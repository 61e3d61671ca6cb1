import type { EventItem } from '../../../../src/api/events.ts';
import { markOf, type Tone } from '../../ui/state-mark.tsx';

/** One line that says what happened, and where to look. */
export interface EventLine {
  readonly text: string;
  readonly tone: Tone;
  readonly href: string | undefined;
}

export function describeEvent(event: EventItem): EventLine {
  const said = (key: string) => (typeof event.data[key] === 'string' || typeof event.data[key] === 'number' ? String(event.data[key]) : '');
  const id = encodeURIComponent(event.subjectId);
  const slash = event.subjectId.lastIndexOf('/');
  const [model, version] = [event.subjectId.slice(0, slash), event.subjectId.slice(slash + 1)];
  const modelHref = `/models/${encodeURIComponent(model)}?version=${encodeURIComponent(version)}`;
  const endpointHref = `/endpoints/${encodeURIComponent(said('endpoint'))}`;
  const pipelineRun = `${said('project')} #${said('number')}`;
  const { tone } = markOf(said('outcome') || said('status'));
  switch (event.kind) {
    case 'pipeline_run.started':
      return { text: `${pipelineRun} started: ${said('cause')}`, tone: 'idle', href: `/pipelines/${id}` };
    case 'pipeline_run.ended':
      return { text: `${pipelineRun} ${said('outcome')}`, tone, href: `/pipelines/${id}` };
    case 'stage_run.ended': {
      const href = `/pipelines/${encodeURIComponent(said('pipelineRunId'))}?stage=${encodeURIComponent(said('stage'))}`;
      return { text: `Stage ${said('stage')} ${said('outcome')}`, tone, href };
    }
    case 'run.created':
      return { text: `Run ${said('name') || event.subjectId.slice(0, 8)} began`, tone: 'idle', href: `/experiments/runs/${id}` };
    case 'run.ended':
      return {
        text: `Run ${said('name') || event.subjectId.slice(0, 8)} ${said('status').toLowerCase()}`,
        tone,
        href: `/experiments/runs/${id}`,
      };
    case 'model_version.created':
      return { text: `${model} v${version} registered`, tone: 'idle', href: modelHref };
    case 'parity.checked':
      return { ...parityLine(`${model} v${version}`, said('state')), href: modelHref };
    case 'alias.moved':
      return version === '0'
        ? { text: `${model} lost @${said('alias')}`, tone: 'attention', href: modelHref }
        : { text: `${model} v${version} is now @${said('alias')}`, tone: 'fine', href: modelHref };
    case 'stage.moved':
      return { text: `${model} v${version} is now in ${said('stage')}`, tone: 'fine', href: modelHref };
    case 'gate.refused':
      return { text: `The gate refused ${model} v${version}`, tone: 'failed', href: modelHref };
    case 'gate.removed':
      return {
        text: `${said('project')} protects ${said('models')} no more`,
        tone: 'attention',
        href: `/models/${encodeURIComponent(model)}`,
      };
    case 'deployment.started':
      return { text: `${said('endpoint')} tries ${model} v${version}`, tone: 'idle', href: endpointHref };
    case 'deployment.live':
      return { text: `${said('endpoint')} serves ${model} v${version}`, tone: 'fine', href: endpointHref };
    case 'deployment.failed':
      return { text: `${said('endpoint')} could not take ${model} v${version}`, tone: 'failed', href: endpointHref };
    default:
      return { text: `${event.kind} ${event.subjectId}`, tone: 'idle', href: undefined };
  }
}

function parityLine(version: string, state: string): Pick<EventLine, 'text' | 'tone'> {
  if (state === 'agrees') return { text: `${version}: ONNX answers as the other flavour`, tone: 'fine' };
  if (state === 'differs') return { text: `${version}: ONNX answers differently than the other flavour`, tone: 'failed' };
  return { text: `${version}: ONNX was not compared with the other flavour`, tone: 'attention' };
}
