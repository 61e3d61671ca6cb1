"""Registers versions of one model on the server of MLFLOW_TRACKING_URI: y = offset * version + 2 a + b, in ONNX with doubles.

Prints one JSON object: the answers of mlflow.pyfunc to two rows, by version.
"""

import json
import sys

import mlflow
import numpy as np
import pandas as pd
from mlflow.models import infer_signature
from skl2onnx import to_onnx
from skl2onnx.common.data_types import DoubleTensorType
from sklearn.linear_model import LinearRegression

NAME, VERSIONS = sys.argv[1], int(sys.argv[2])
ROWS = pd.DataFrame({"a": [1.5, -2.0], "b": [0.25, 1e6]})


def model_of(version: int) -> LinearRegression:
    model = LinearRegression()
    model.coef_, model.intercept_ = np.array([2.0, 1.0]), np.array(1000.0 * version)
    model.n_features_in_, model.feature_names_in_ = 2, np.array(["a", "b"], dtype=object)
    return model


answers = {}
for version in range(1, VERSIONS + 1):
    model = model_of(version)
    onnx = to_onnx(model, initial_types=[("features", DoubleTensorType([None, 2]))], target_opset=18)
    with mlflow.start_run():
        info = mlflow.onnx.log_model(
            onnx,
            name="model",
            signature=infer_signature(ROWS, model.predict(ROWS)),
            input_example=ROWS,
            pip_requirements=["mlflow"],
            onnx_execution_providers=["CPUExecutionProvider"],
        )
    registered = mlflow.register_model(info.model_uri, NAME)
    predicted = mlflow.pyfunc.load_model(info.model_uri).predict(ROWS)
    answers[registered.version] = json.loads(pd.DataFrame(predicted).to_json(orient="records", double_precision=15))
print(json.dumps(answers))
