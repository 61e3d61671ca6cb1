"""Saves three model folders below a folder, y = 2 a + b, each with the flavours sklearn and onnx: `alike`, `apart` (another ONNX model) and
`bare` (without an input example)."""

import sys
from pathlib import Path

import mlflow.sklearn
import numpy as np
import onnx
import pandas as pd
from mlflow.models import Model, infer_signature
from skl2onnx import to_onnx
from skl2onnx.common.data_types import DoubleTensorType
from sklearn.linear_model import LinearRegression

ROWS = pd.DataFrame({"a": [1.5, -2.0], "b": [0.25, 1e6]})


def linear(slope: float) -> LinearRegression:
    model = LinearRegression()
    model.coef_, model.intercept_ = np.array([2.0, slope]), np.array(0.5)
    model.n_features_in_, model.feature_names_in_ = 2, np.array(["a", "b"], dtype=object)
    return model


def save(folder: Path, twin: LinearRegression, example: pd.DataFrame | None) -> None:
    described, model = Model(), linear(1.0)
    mlflow.sklearn.save_model(
        model,
        str(folder),
        mlflow_model=described,
        signature=infer_signature(ROWS, model.predict(ROWS)),
        input_example=example,
        serialization_format="cloudpickle",
        pip_requirements=["mlflow"],
    )
    onnx.save_model(to_onnx(twin, initial_types=[("X", DoubleTensorType([None, 2]))], target_opset=18), folder / "model.onnx")
    described.add_flavor("onnx", onnx_version=onnx.__version__, data="model.onnx")
    described.save(folder / "MLmodel")


root = Path(sys.argv[1])
save(root / "alike", linear(1.0), ROWS)
save(root / "apart", linear(1.25), ROWS)
save(root / "bare", linear(1.0), None)
