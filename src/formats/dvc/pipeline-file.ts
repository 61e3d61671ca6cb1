/** dvc.yaml: text → stages and top-level sections. */
import { posix } from 'node:path';
import { checkPipelineFile } from './pipeline-schema.ts';
import { stageDefinition, type StageDefinition } from './stage-definition.ts';
import { resolvePipeline, type TemplatingOptions } from './templating.ts';
import { isMapping, type Mapping, type Value } from './value.ts';
import { parseYaml } from './yaml.ts';

export interface PipelineFile {
  /** Stages and groups as the file names them. */
  readonly names: ReadonlySet<string>;
  readonly stages: readonly StageDefinition[];
  readonly metrics: readonly string[];
  readonly params: readonly string[];
  readonly plots: readonly Value[];
  readonly artifacts: Mapping;
}

/** The file as it is written, its shape checked, nothing resolved. */
export function readPipelineText(text: string, fileName: string): Mapping {
  const value = parseYaml(text, fileName);
  return checkPipelineFile(value === null || value === '' || value === false ? new Map() : value, text, fileName);
}

export function parsePipelineFile(text: string, options: TemplatingOptions): PipelineFile {
  const fileName = posix.join(options.folder, 'dvc.yaml');
  const written = readPipelineText(text, fileName);
  const resolved = resolvePipeline(written, text, options);
  const stages = written.get('stages');
  return {
    names: new Set(isMapping(stages) ? [...stages.keys()].map(String) : []),
    stages: resolved.stages.map((stage) => stageDefinition(stage, fileName)),
    metrics: resolved.metrics.map(String),
    params: resolved.params.map(String),
    plots: resolved.plots,
    artifacts: resolved.artifacts,
  };
}
