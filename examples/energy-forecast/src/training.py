"""What the two training stages share: their data, and how a model is tracked and saved."""

import logging
import shutil
import warnings
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import mlflow
import mlflow.onnx
import mlflow.sklearn
import numpy as np
import onnx
import pandas as pd
from mlflow.models import Model, infer_signature
from onnx import GraphProto, ModelProto, TensorProto
from onnx.helper import make_node
from skl2onnx import to_onnx
from skl2onnx.common.data_types import DoubleTensorType
from sklearn.pipeline import Pipeline

from region import Region

TARGET = "load"
NOT_FEATURES = ["time", "local_date", TARGET]

# Whoever loads a pickle runs it. Ours come from this pipeline; and skops, the other format, is never twice the same.
logging.getLogger("mlflow.sklearn").setLevel(logging.ERROR)
warnings.filterwarnings("ignore", message="The specified dataset source can be interpreted in multiple ways")


def read_features(path: Path) -> tuple[pd.DataFrame, pd.Series]:
    """All features as doubles: the models are served in double precision."""
    frame = pd.read_csv(path)
    return frame.drop(columns=NOT_FEATURES).astype(float), frame[TARGET]


def positions(features: pd.DataFrame, names: list[str]) -> list[int]:
    """Columns by place, which the ONNX model, with one tensor for all of them, needs."""
    return [features.columns.get_loc(name) for name in names]


def pinned(*packages: str) -> list[str]:
    lines = Path("requirements.txt").read_text(encoding="utf-8").split()
    return [line for line in lines if line.split("==")[0] in packages]


def rmse(actual: pd.Series, predicted: np.ndarray) -> float:
    return float(np.sqrt(np.mean((actual.to_numpy() - predicted) ** 2)))


def onnx_model(model: Pipeline, features: pd.DataFrame) -> ModelProto:
    """The same model in ONNX: one tensor of all features in their order, in double precision."""
    inputs = [("features", DoubleTensorType([None, features.shape[1]]))]
    converted = to_onnx(model, initial_types=inputs, target_opset={"": 18, "ai.onnx.ml": 3})
    # skl2onnx takes them out of a set, whose order is another one in some runs: the same model would have another digest then.
    converted.opset_import.sort(key=lambda opset: opset.domain)
    if converted.graph.node[-1].op_type == "TreeEnsembleRegressor":
        # ONNX has its trees answer in single precision; skl2onnx declares double, and no runtime loads that.
        converted.graph.output[0].type.tensor_type.elem_type = TensorProto.FLOAT
        round_inputs(converted.graph)
    return converted


def round_inputs(graph: GraphProto) -> None:
    """scikit-learn's trees see every number in single precision, ONNX's the double: beside a threshold they would part ways."""
    trees = graph.node[-1]
    to_float = make_node("Cast", [trees.input[0]], ["single"], to=TensorProto.FLOAT)
    to_double = make_node("Cast", ["single"], ["rounded"], to=TensorProto.DOUBLE)
    trees.input[0] = "rounded"
    graph.node.insert(len(graph.node) - 1, to_float)
    graph.node.insert(len(graph.node) - 1, to_double)


def importance_figure(title: str, weights: pd.Series) -> plt.Figure:
    figure, axes = plt.subplots(figsize=(7, 5), layout="constrained")
    weights.sort_values().tail(20).plot.barh(ax=axes)
    axes.set_title(title)
    return figure


def track(model: Pipeline, features: pd.DataFrame, load: pd.Series, region: Region) -> None:
    """Log data and model to the present run; the sklearn and the ONNX flavour take the same raw features."""
    source = str(region.train_features())
    data = mlflow.data.from_pandas(features.assign(load=load), source=source, targets=TARGET, name=region.key)
    mlflow.log_input(data, context="training")
    described: dict[str, Any] = {"signature": infer_signature(features, model.predict(features)), "input_example": features.head(3)}
    mlflow.sklearn.log_model(
        model,
        name="model",
        serialization_format="cloudpickle",
        pip_requirements=pinned("mlflow", "scikit-learn", "pandas", "numpy"),
        **described,
    )
    mlflow.onnx.log_model(
        onnx_model(model, features),
        name="model-onnx",
        onnx_execution_providers=["CPUExecutionProvider"],
        pip_requirements=pinned("mlflow", "onnx", "onnxruntime", "pandas", "numpy"),
        **described,
    )


def save(model: Pipeline, algorithm: str, features: pd.DataFrame, region: Region) -> None:
    """Save the folder that is evaluated, registered, promoted and served: one model in two flavours, sklearn and ONNX.

    The same data and parameters give the same bytes: an MLmodel file would hold the time and a random id, so both are
    set, the time to the end of the training data.
    """
    folder = region.model_folder(algorithm)
    shutil.rmtree(folder, ignore_errors=True)
    described = Model(utc_time_created=f"{region.parameters['split']['holdout']} 00:00:00", model_uuid=None)
    mlflow.sklearn.save_model(
        model,
        str(folder),
        mlflow_model=described,
        signature=infer_signature(features, model.predict(features)),
        input_example=features.head(3),
        serialization_format="cloudpickle",
        pip_requirements=pinned("mlflow", "scikit-learn", "pandas", "numpy"),
    )
    onnx.save_model(onnx_model(model, features), folder / "model.onnx")
    described.add_flavor("onnx", onnx_version=onnx.__version__, data="model.onnx", providers=["CPUExecutionProvider"])
    described.save(folder / "MLmodel")
