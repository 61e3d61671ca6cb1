"""Register the model, and make it the champion where it beats the naive forecast: the endpoint follows."""

import json
from pathlib import Path

import mlflow
import yaml
from mlflow import MlflowClient


def main() -> None:
    name = yaml.safe_load(Path("millwright.yaml").read_text(encoding="utf-8"))["project"]
    scores = json.loads(Path("metrics/evaluation.json").read_text(encoding="utf-8"))
    with mlflow.start_run(run_name="promote") as run:
        mlflow.log_metrics({f"{key}_rmse": values["rmse"] for key, values in scores.items()})
        # The folder that was scored, as it is.
        mlflow.log_artifacts("model", "model")
    version = mlflow.register_model(f"runs:/{run.info.run_id}/model", name).version
    if scores["candidate"]["rmse"] >= scores["naive"]["rmse"]:
        print(f"{name} version {version} is no better than the naive forecast: the champion stays")
        return
    MlflowClient().set_registered_model_alias(name, "champion", version)
    print(f"{name} version {version} is the champion")


if __name__ == "__main__":
    main()
