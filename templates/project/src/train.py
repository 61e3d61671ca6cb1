"""Train a forest; log it, and save it as the output of the stage."""

import logging
import shutil
from pathlib import Path

import mlflow
import mlflow.sklearn
import pandas as pd
import yaml
from mlflow.models import infer_signature
from sklearn.ensemble import RandomForestRegressor

FEATURES = ["hour", "weekend", "temperature"]
PACKAGES = ("mlflow", "scikit-learn", "pandas")

# Whoever loads a pickle runs it. This one comes from this pipeline.
logging.getLogger("mlflow.sklearn").setLevel(logging.ERROR)


def main() -> None:
    parameters = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))["train"]
    requirements = Path("requirements.txt").read_text(encoding="utf-8").split()
    frame = pd.read_csv("data/prepared/train.csv")
    features, rides = frame[FEATURES].astype(float), frame["rides"]
    model = RandomForestRegressor(
        n_estimators=parameters["trees"], min_samples_leaf=parameters["rows_per_leaf"], random_state=parameters["seed"]
    )
    with mlflow.start_run(run_name="train"):
        mlflow.log_params(parameters)
        model.fit(features, rides)
        mlflow.log_metric("train_r2", model.score(features, rides))
        described = {
            "signature": infer_signature(features, model.predict(features)),
            "input_example": features.head(3),
            "pip_requirements": [line for line in requirements if line.split("==")[0] in PACKAGES],
            "serialization_format": "cloudpickle",
        }
        mlflow.sklearn.log_model(model, name="model", **described)
    shutil.rmtree("model", ignore_errors=True)
    mlflow.sklearn.save_model(model, "model", **described)


if __name__ == "__main__":
    main()
