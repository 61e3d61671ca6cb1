"""Models as MLflow saves them, each with what `mlflow.pyfunc` answers: make_models.py FOLDER"""

import json
import sys
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")
import mlflow
import numpy as np
import pandas as pd
from onnx import TensorProto, helper
from mlflow.models import infer_signature
from skl2onnx import to_onnx
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType, StringTensorType
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.preprocessing import OneHotEncoder

target = Path(sys.argv[1])
random = np.random.default_rng(7)
columns = [f"x{index}" for index in range(8)]
rows = pd.DataFrame(random.normal(size=(300, 8)), columns=columns)
value = rows["x0"] * 3 - rows["x1"] + random.normal(size=300) * 0.1
label = (value > 0).astype("int64")
example = rows.head(5)


def plain(answer):
    if isinstance(answer, dict):
        return {name: np.asarray(data).tolist() for name, data in answer.items()}
    return json.loads(answer.to_json(orient="records")) if isinstance(answer, pd.DataFrame) else np.asarray(answer).tolist()


def keep(name, sample):
    answer = mlflow.pyfunc.load_model(str(target / name)).predict(sample)
    (target / f"{name}.json").write_text(json.dumps({"columns": {c: sample[c].tolist() for c in sample}, "answer": plain(answer)}))


def both(name, model):
    signature = infer_signature(example, model.predict(example))
    requirements = ["mlflow", "scikit-learn"]
    mlflow.sklearn.save_model(model, target / f"{name}-sklearn", signature=signature, pip_requirements=requirements, serialization_format="cloudpickle")
    keep(f"{name}-sklearn", example)
    onnx = to_onnx(model, initial_types=[("X", DoubleTensorType([None, 8]))], target_opset={"": 18, "ai.onnx.ml": 3})
    if onnx.graph.node[-1].op_type == "TreeEnsembleRegressor":
        # ONNX has its trees answer in single precision; skl2onnx declares double, and no runtime loads that.
        onnx.graph.output[0].type.tensor_type.elem_type = TensorProto.FLOAT
    mlflow.onnx.save_model(onnx, target / f"{name}-onnx", signature=signature, pip_requirements=requirements)
    keep(f"{name}-onnx", example)


both("linear", LinearRegression().fit(rows, value))
both("forest", RandomForestRegressor(100, max_depth=8, random_state=1).fit(rows, value))
classifier = LogisticRegression().fit(rows, label)
mlflow.onnx.save_model(to_onnx(classifier, initial_types=[("X", FloatTensorType([None, 8]))]), target / "classifier-onnx", pip_requirements=["mlflow"])
keep("classifier-onnx", example)
words = pd.DataFrame({"colour": ["red", "green", "blue", "red"], "size": ["s", "m", "l", "l"]})
encoder = OneHotEncoder(sparse_output=False).fit(words.values)
mlflow.onnx.save_model(to_onnx(encoder, initial_types=[("X", StringTensorType([None, 2]))]), target / "words-onnx", pip_requirements=["mlflow"])
keep("words-onnx", words)
halves = [helper.make_tensor_value_info(name, TensorProto.FLOAT16, [None]) for name in ("given", "same")]
identity = helper.make_graph([helper.make_node("Identity", ["given"], ["same"])], "half", halves[:1], halves[1:])
half = helper.make_model(identity, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
mlflow.onnx.save_model(half, target / "half-onnx", pip_requirements=["mlflow"])


class Unkind(mlflow.pyfunc.PythonModel):
    """Does what its text column says."""

    def predict(self, context, model_input, params=None):
        import os
        import sys
        import time

        for wish in model_input["wish"]:
            if wish == "sleep":
                time.sleep(600)
            elif wish == "die":
                os._exit(3)
            elif wish == "print":
                print("HTTP/1.1 200 OK", flush=True)
                os.write(1, b"\x00" * 65536)
                print("to standard error", file=sys.stderr, flush=True)
            elif wish == "leak":
                self.kept = bytearray(os.urandom(1)) * (400 << 20)
            elif wish == "raise":
                raise ValueError("no such wish")
            elif wish == "fork":
                if os.fork() == 0:
                    return [os.getpid()] * len(model_input)
        return [f"{os.getpid()}:{wish}" for wish in model_input["wish"]]


mlflow.pyfunc.save_model(target / "unkind", python_model=Unkind(), pip_requirements=["mlflow"])
