/** Who a stage is, for the tracking client in it. */
export interface StageIdentity {
  readonly url: string;
  readonly token: string;
  readonly project: string;
  readonly stage: string;
  readonly pipelineRunId: string;
  readonly stageRunId: string;
  readonly commit: string | undefined;
}

/** A variable to set, or to remove where undefined. */
export type EnvironmentChange = Readonly<Record<string, string | undefined>>;

/**
 * What ties a stage's MLflow runs to its stage run without a line of user code: the stock client reads its server, its
 * identity, its experiment and (`MLFLOW_RUN_CONTEXT`) tags for every run from the environment.
 */
export function stageEnvironment(stage: StageIdentity): EnvironmentChange {
  const tags = {
    ...(stage.commit === undefined ? {} : { 'mlflow.source.git.commit': stage.commit }),
    'millwright.project': stage.project,
    'millwright.stage': stage.stage,
    'millwright.pipeline_run': stage.pipelineRunId,
    'millwright.stage_run': stage.stageRunId,
  };
  return {
    MLFLOW_TRACKING_URI: stage.url,
    MLFLOW_TRACKING_TOKEN: stage.token,
    MLFLOW_EXPERIMENT_NAME: stage.project,
    MLFLOW_RUN_CONTEXT: JSON.stringify(tags),
    MILLWRIGHT_STAGE_RUN: stage.stageRunId,
    // The client prefers a user name and password to the token.
    MLFLOW_TRACKING_USERNAME: undefined,
    MLFLOW_TRACKING_PASSWORD: undefined,
  };
}
