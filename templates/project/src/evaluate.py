"""Score the model and a naive forecast, the same hour of the day before, on the hold-out."""

import json
from pathlib import Path

import mlflow
import mlflow.sklearn
import numpy as np
import pandas as pd


def rmse(actual: pd.Series, predicted: np.ndarray) -> float:
    return float(np.sqrt(np.mean((actual.to_numpy() - predicted) ** 2)))


def main() -> None:
    frame = pd.read_csv("data/prepared/holdout.csv")
    model = mlflow.sklearn.load_model("model")
    predicted = model.predict(frame[["hour", "weekend", "temperature"]].astype(float))
    # The day before is known from the second day on.
    known = frame.index >= 24
    scores = {
        "candidate": {"rmse": rmse(frame["rides"][known], predicted[known])},
        "naive": {"rmse": rmse(frame["rides"][known], frame["rides"].shift(24)[known].to_numpy())},
    }
    Path("metrics").mkdir(exist_ok=True)
    Path("metrics/evaluation.json").write_text(json.dumps(scores, indent=2) + "\n", encoding="utf-8")
    with mlflow.start_run(run_name="evaluate"):
        mlflow.log_metrics({f"{name}_rmse": values["rmse"] for name, values in scores.items()})
    print(f"RMSE of the model {scores['candidate']['rmse']:.1f} rides, of the day before {scores['naive']['rmse']:.1f}")


if __name__ == "__main__":
    main()
