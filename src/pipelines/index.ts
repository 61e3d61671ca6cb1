export { buildGraph, cutFrozen, type Graph } from './graph.ts';
export { Project } from './project.ts';
export { noRecorder, type PlannedStage, type RecordedPath, type RunPlan, type RunRecorder, type StageResult } from './recorder.ts';
export { reproduce, type ReproduceContext, type ReproduceInput, type ReproduceResult } from './reproduce.ts';
export type { PullData } from './stage-run.ts';
export type { Stage } from './stage.ts';
