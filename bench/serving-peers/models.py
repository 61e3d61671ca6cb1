"""Saves the models of bench/serving.ts as MLflow folders: a linear model and a forest of 100 trees, each with scikit-learn and with ONNX.

Ten columns of doubles in, one double out. Usage: models.py FOLDER
"""

import pathlib
import sys

import mlflow
import numpy as np
import pandas as pd
from mlflow.models import infer_signature
from onnx import TensorProto
from skl2onnx import to_onnx
from skl2onnx.common.data_types import DoubleTensorType
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression

COLUMNS = [f"x{index}" for index in range(10)]

folder = pathlib.Path(sys.argv[1])
random = np.random.default_rng(7)
rows = pd.DataFrame(random.normal(size=(2000, len(COLUMNS))), columns=COLUMNS)
target = rows.to_numpy() @ np.arange(1.0, 11.0) + np.sin(3 * rows["x0"]) + random.normal(scale=0.1, size=len(rows))

for name, model in {
    "linear": LinearRegression(),
    "forest": RandomForestRegressor(n_estimators=100, max_depth=10, random_state=7, n_jobs=1),
}.items():
    model.fit(rows.to_numpy(), target)
    signature = infer_signature(rows, model.predict(rows.to_numpy()))
    options = {"signature": signature, "input_example": rows.head(2)}
    mlflow.sklearn.save_model(model, str(folder / f"{name}-sklearn"), serialization_format="cloudpickle", **options)
    onnx = to_onnx(model, initial_types=[("features", DoubleTensorType([None, len(COLUMNS)]))], target_opset={"": 18, "ai.onnx.ml": 3})
    if onnx.graph.node[-1].op_type == "TreeEnsembleRegressor":
        # ONNX has its trees answer in single precision; skl2onnx declares double, and no runtime loads that.
        onnx.graph.output[0].type.tensor_type.elem_type = TensorProto.FLOAT
    mlflow.onnx.save_model(onnx, str(folder / f"{name}-onnx"), onnx_execution_providers=["CPUExecutionProvider"], **options)
