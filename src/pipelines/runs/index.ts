export { beginPipelineRun, beginStageRun } from './begin.ts';
export { comparePipelineRuns } from './compare.ts';
export type { Changes, PipelineRunComparison, RunComparison, StageComparison } from './comparison.ts';
export { endPipelineRun, endStageRun, type StageOutcome } from './end.ts';
export { cancelLostRuns, isRecording, renewPipelineRun, watchLeases } from './lease.ts';
export { appendLog, readLog } from './log.ts';
export {
  countPipelineRuns,
  getPipelineRun,
  listPipelineRuns,
  namePipelineRuns,
  nameStageRuns,
  pathOfContent,
  stagesOfPaths,
  type PipelineRunDetail,
  type PipelineRunRow,
  type StageRunRow,
} from './queries.ts';
export { patchOfPipelineRun, stageRunOrigins, type StageRunOrigin } from './provenance.ts';
