"""Score both models, the champion and two naive forecasts on the same later hours, and write the evidence of the gate."""

from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import mlflow
import mlflow.sklearn
import numpy as np
import pandas as pd

from digest import folder_digest
from region import Region, read_json, region_of_command_line, write_json

ALGORITHMS = ("sgd", "forest")


def scores(actual: pd.Series, predicted: np.ndarray | pd.Series) -> dict[str, float]:
    error = np.asarray(predicted) - actual.to_numpy()
    return {
        "rmse": float(np.sqrt(np.mean(error**2))),
        "mae": float(np.mean(np.abs(error))),
        "mape": float(np.mean(np.abs(error / actual.to_numpy()))),
    }


def forecasts(holdout: pd.DataFrame, region: Region, champion: dict[str, Any]) -> dict[str, np.ndarray]:
    features = holdout.drop(columns=["time", "local_date", "load"]).astype(float)
    found = {name: mlflow.sklearn.load_model(str(region.model_folder(name))).predict(features) for name in ALGORITHMS}
    if champion["exists"]:
        model = mlflow.pyfunc.load_model(f"models:/{region.model_name}/{champion['version']}")
        found["champion"] = model.predict(features)
    # The same hour of the day before.
    found["naive"] = features["load_24h_before"].to_numpy()
    return found


def evidence_of(holdout: pd.DataFrame, predicted: dict[str, np.ndarray], region: Region, champion: dict[str, Any]) -> dict[str, Any]:
    by_name = {name: scores(holdout["load"], values) for name, values in predicted.items()}
    best = min(ALGORITHMS, key=lambda name: by_name[name]["rmse"])
    digests = {name: folder_digest(region.model_folder(name)) for name in ALGORITHMS}
    return {
        "candidate": {"algorithm": best, "digest": digests[best], **by_name[best]},
        "champion": {**champion, **by_name["champion"]} if champion["exists"] else {"exists": False},
        "naive": by_name["naive"],
        **{name: {"digest": digests[name], **by_name[name]} for name in ALGORITHMS},
    }


def holdout_figure(table: pd.DataFrame, unit: str) -> plt.Figure:
    figure, axes = plt.subplots(figsize=(10, 4), layout="constrained")
    table.assign(time=pd.to_datetime(table["time"])).set_index("time").plot(ax=axes, linewidth=0.9)
    axes.set_ylabel(unit)
    return figure


def main() -> None:
    region = region_of_command_line()
    champion = read_json(region.report("champion"))
    holdout = pd.read_csv(region.holdout_features())
    predicted = forecasts(holdout, region, champion)
    evidence = evidence_of(holdout, predicted, region, champion)
    table = pd.DataFrame({"time": holdout["time"], "load": holdout["load"], **predicted})

    Path("reports/holdout").mkdir(parents=True, exist_ok=True)
    table.round(3).to_csv(f"reports/holdout/{region.key}.csv", index=False)
    write_json(region.evidence(), evidence)
    with mlflow.start_run(run_name=f"evaluate-{region.key}"):
        mlflow.log_params({"region": region.key, "candidate": evidence["candidate"]["algorithm"]})
        for name in predicted:
            mlflow.log_metrics({f"{name}_{metric}": value for metric, value in evidence[name].items() if metric in ("rmse", "mae", "mape")})
        mlflow.log_figure(holdout_figure(table, region.parameters["unit"]), "holdout.png")
        mlflow.log_artifact(str(region.evidence()))
    for name in predicted:
        print(f"{name:10} RMSE {evidence[name]['rmse']:8.1f} {region.parameters['unit']}")


if __name__ == "__main__":
    main()
