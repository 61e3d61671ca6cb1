/** What is recorded with the real `dvc` into `test/golden/dvc`. */
import type { Scenario } from '../transcript.ts';
import { dataScenarios } from './data.ts';
import { refusedScenarios } from './refused.ts';
import { remoteScenarios } from './remotes.ts';
import { repositoryScenarios } from './repository.ts';
import { revisionScenarios } from './revisions.ts';
import { runScenarios } from './runs.ts';
import { stageScenarios } from './stages.ts';
import { workTreeScenarios } from './work-tree.ts';

export const scenarios: readonly Scenario[] = [
  ...dataScenarios,
  ...workTreeScenarios,
  ...repositoryScenarios,
  ...stageScenarios,
  ...runScenarios,
  ...revisionScenarios,
  ...refusedScenarios,
  ...remoteScenarios,
];
