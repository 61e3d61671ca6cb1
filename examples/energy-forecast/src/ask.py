"""Ask the region's endpoint for the hold-out as a client would, and compare its answers with those of the loaded model.

The server is that of MLFLOW_TRACKING_URI; `millwright repro` has declared the endpoint that millwright.yaml names.
"""

import json
import os
import sys
import time
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import mlflow
import numpy as np
import pandas as pd

from region import region_of_command_line, write_json
from registry import ALIAS

SINGLE_ROWS = 200
TOLERANCE = 1e-6


class Endpoint:
    """One endpoint over one kept-alive connection."""

    def __init__(self, server: str, name: str) -> None:
        self.path = f"/endpoints/{name}/invocations"
        self.connection = HTTPConnection(urlsplit(server).netloc, timeout=60)

    def predict(self, rows: pd.DataFrame) -> tuple[np.ndarray, dict[str, str], float]:
        """Forecasts of the rows, the headers of the answer, and the milliseconds until it was there."""
        body = json.dumps({"dataframe_split": rows.to_dict(orient="split", index=False)})
        begun = time.perf_counter()
        self.connection.request("POST", self.path, body, {"Content-Type": "application/json"})
        answer = self.connection.getresponse()
        text = answer.read()
        elapsed = (time.perf_counter() - begun) * 1000
        if answer.status != 200:
            sys.exit(f"{self.path} answered {answer.status}: {text.decode()}")
        return np.array(json.loads(text)["predictions"]), dict(answer.getheaders()), elapsed


def largest_difference(answers: np.ndarray, expected: np.ndarray) -> float:
    """Relative to the larger of the two."""
    return float(np.max(np.abs(answers - expected) / np.maximum(np.abs(answers), np.abs(expected))))


def main() -> None:
    region = region_of_command_line()
    features = pd.read_csv(region.holdout_features()).drop(columns=["time", "local_date", "load"]).astype(float)
    endpoint = Endpoint(os.environ["MLFLOW_TRACKING_URI"], f"load-{region.key}")

    all_hours, _, _ = endpoint.predict(features)
    day, _, _ = endpoint.predict(features.tail(24))
    rows = [features.iloc[[index]] for index in range(min(SINGLE_ROWS, len(features)))]
    single = [endpoint.predict(row) for row in rows]
    _, headers, _ = single[-1]

    expected = mlflow.pyfunc.load_model(f"models:/{region.model_name}@{ALIAS}").predict(features)
    difference = max(
        largest_difference(all_hours, expected),
        largest_difference(day, expected[-24:]),
        largest_difference(np.concatenate([answers for answers, _, _ in single]), expected[: len(rows)]),
    )
    report: dict[str, Any] = {
        "endpoint": f"load-{region.key}",
        "model": headers["x-millwright-model"],
        "request_id": headers["x-request-id"],
        "requests": 2 + len(single),
        "p50_ms": round(float(np.median([elapsed for _, _, elapsed in single])), 2),
        "largest_difference": difference,
        "day": [round(float(value), 3) for value in day],
    }
    write_json(region.report("served"), report)
    print(f"{report['endpoint']}: {len(features)} hours by {report['model']}, largest difference from the loaded model {difference:.1e}")
    if difference > TOLERANCE:
        sys.exit(f"the endpoint does not answer as the loaded model does: they differ by {difference:.1e}, at most {TOLERANCE:.0e} is right")


if __name__ == "__main__":
    main()
