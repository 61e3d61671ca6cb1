"""Train a forest; log it, and save it as the output of the stage."""

import shutil
from pathlib import Path

import mlflow
import mlflow.sklearn
import pandas as pd
import yaml
from mlflow.models import infer_signature
from sklearn.ensemble import RandomForestRegressor


def main() -> None:
    parameters = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))["train"]
    frame = pd.read_csv("data/prepared/train.csv")
    features, rides = frame[["hour", "weekend", "temperature"]].astype(float), frame["rides"]
    model = RandomForestRegressor(
        n_estimators=parameters["trees"], min_samples_leaf=parameters["rows_per_leaf"], random_state=parameters["seed"]
    )
    with mlflow.start_run(run_name="train"):
        mlflow.log_params(parameters)
        model.fit(features, rides)
        mlflow.log_metric("train_r2", model.score(features, rides))
        described = {
            "signature": infer_signature(features, model.predict(features)),
            "pip_requirements": Path("requirements.txt").read_text(encoding="utf-8").split(),
            "serialization_format": "cloudpickle",
        }
        mlflow.sklearn.log_model(model, name="model", **described)
    shutil.rmtree("model", ignore_errors=True)
    mlflow.sklearn.save_model(model, "model", **described)


if __name__ == "__main__":
    main()
