import type { StageComparison } from '../../../../src/api/pipeline-run-comparison.ts';

/** A stage that ended so has its inputs on record. */
const recorded = ['succeeded', 'cached', 'restored', 'failed'];

/** Why a stage is not what it was, in few words: what of its inputs differs, or what else its record says. */
export function becauseOf({ kind, from, to, reasons, outputs }: StageComparison): string {
  if (from === null || to === null) return kind === 'added' ? 'only in the second run' : 'only in the first run';
  if (reasons === null) return recorded.includes(from.state) ? `${to.state} in the second run` : `${from.state} in the first run`;
  if (reasons.length > 0)
    return reasons.map((reason) => (reason.kind === 'command' ? 'command' : `${reason.kind} ${reason.name}`)).join(', ');
  if (to.state === 'failed') return to.message ?? `its command exited with ${to.exitCode ?? 'no code'}`;
  if (from.state === 'failed') return 'same command, params and inputs; the first run failed';
  if ((outputs?.changes.length ?? 0) > 0) return 'same command, params and inputs, other outputs';
  return to.state === 'succeeded' && from.state === 'succeeded' ? 'nothing on record differs: it ran again' : 'nothing differs';
}
