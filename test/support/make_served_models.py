"""Saves models for the tests of the inference protocols: make_served_models.py FOLDER

ONNX: `line` (two columns of doubles), `iris` (a tensor), `several` (texts and numbers in, three outputs).
Python: `typed` (a column of every type, and params), `free` (no signature; answers what it was given), `hinted` (a type hint is its
signature; refuses some itself, and answers tables that numpy has no form for).
"""

import datetime
import sys
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")
import mlflow
import numpy as np
import pandas as pd
import pydantic
from mlflow.exceptions import MlflowException
from mlflow.models import ModelSignature, infer_signature
from mlflow.pyfunc import PythonModel
from mlflow.types import ColSpec, DataType, ParamSchema, ParamSpec, Schema, TensorSpec
from onnx import TensorProto, checker, helper
from skl2onnx import to_onnx
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType
from sklearn.linear_model import LinearRegression

TARGET = Path(sys.argv[1])


def save_onnx(model, name, **options):
    mlflow.onnx.save_model(model, TARGET / name, pip_requirements=["mlflow"], onnx_execution_providers=["CPUExecutionProvider"], **options)


def linear(weights, offset):
    model = LinearRegression()
    model.coef_, model.intercept_, model.n_features_in_ = np.array(weights), np.array(offset), len(weights)
    return model


rows = pd.DataFrame({"a": [1.5, -2.0], "b": [0.25, 1e6]})
line = to_onnx(linear([2.0, 1.0], 1000.0), initial_types=[("features", DoubleTensorType([None, 2]))], target_opset=18)
save_onnx(line, "line", signature=infer_signature(rows, np.zeros(2)), input_example=rows)

measured = np.array([[6.8, 2.8, 4.8, 1.4], [6.0, 3.4, 4.5, 1.6]], dtype=np.float32)
iris = to_onnx(linear([0.5, -1.0, 2.0, 0.25], 1.0), initial_types=[("input-0", FloatTensorType([None, 4]))], target_opset=18)
# skl2onnx writes names with no hyphen; KServe and MLServer call tensors without a name so.
iris.graph.input[0].name, iris.graph.output[0].name = "input-0", "output-0"
for node in iris.graph.node:
    node.input[:] = ["input-0" if name == "input_0" else name for name in node.input]
    node.output[:] = ["output-0" if name == "variable" else name for name in node.output]
tensors = ModelSignature(Schema([TensorSpec(np.dtype("float32"), (-1, 4), "input-0")]), Schema([TensorSpec(np.dtype("float32"), (-1, 1), "output-0")]))
save_onnx(iris, "iris", signature=tensors, input_example={"input-0": measured})

several = helper.make_model(
    helper.make_graph(
        [
            helper.make_node("Identity", ["word"], ["same"]),
            helper.make_node("Mul", ["x", "x"], ["square"]),
            helper.make_node("Add", ["n", "n"], ["twice"]),
        ],
        "several",
        [
            helper.make_tensor_value_info("word", TensorProto.STRING, [None, 1]),
            helper.make_tensor_value_info("x", TensorProto.DOUBLE, [None, 1]),
            helper.make_tensor_value_info("n", TensorProto.INT64, [None, 1]),
        ],
        [
            helper.make_tensor_value_info("same", TensorProto.STRING, [None, 1]),
            helper.make_tensor_value_info("square", TensorProto.DOUBLE, [None, 1]),
            helper.make_tensor_value_info("twice", TensorProto.INT64, [None, 1]),
        ],
    ),
    opset_imports=[helper.make_opsetid("", 18)],
    ir_version=9,
)
checker.check_model(several)
save_onnx(several, "several")


class Typed(PythonModel):
    def predict(self, context, model_input, params=None):
        answer = pd.DataFrame()
        for column in model_input.columns:
            answer[column] = [None if value is None or value is pd.NaT else self.told(value) for value in model_input[column]]
        answer["params"] = str(sorted((params or {}).items()))
        return answer

    def told(self, value):
        if isinstance(value, bytes):
            return value.hex()
        if hasattr(value, "isoformat"):
            return value.isoformat()
        return value.item() if hasattr(value, "item") else value


types = ["boolean", "integer", "long", "float", "double", "string", "binary", "datetime"]
columns = Schema([ColSpec(name, name) for name in types] + [ColSpec("string", "remark", required=False)])
params = ParamSchema([ParamSpec("limit", DataType.long, 10), ParamSpec("scale", DataType.double, 1.5), ParamSpec("tags", DataType.string, ["x"], (-1,))])
mlflow.pyfunc.save_model(TARGET / "typed", python_model=Typed(), signature=ModelSignature(columns, params=params), pip_requirements=["mlflow"])


class Free(PythonModel):
    """Tells what it was given."""

    def predict(self, context, model_input, params=None):
        if isinstance(model_input, pd.DataFrame):
            return {"frame": [str(name) for name in model_input.columns], "rows": model_input.values.tolist()}
        if isinstance(model_input, dict) and not any(isinstance(value, np.ndarray) for value in model_input.values()):
            return {"choices": [{"index": 0, "message": {"role": "assistant", "content": str(len(model_input))}}], "got": sorted(model_input)}
        if isinstance(model_input, dict):
            return {name: value.tolist() for name, value in model_input.items()}
        if isinstance(model_input, list):
            return [str(item) for item in model_input]
        return np.asarray(model_input)


mlflow.pyfunc.save_model(TARGET / "free", python_model=Free(), pip_requirements=["mlflow"])


class Message(pydantic.BaseModel):
    role: str
    n: int = 3


class Hinted(PythonModel):
    def predict(self, model_input: list[Message], params=None):
        if any(message.n < 0 for message in model_input):
            raise MlflowException.invalid_parameter_value("a negative n")
        if model_input[0].role == "numbers":
            return pd.DataFrame({"n": pd.array([message.n or None for message in model_input], dtype="Int64")})
        return [f"{message.role} {message.n}" for message in model_input]


mlflow.pyfunc.save_model(TARGET / "hinted", python_model=Hinted(), pip_requirements=["mlflow"])
