"""Two model folders as MLflow saves them: served_models.py FOLDER

`line model`: y = 2 a + b in ONNX with doubles. `waiting`: in Python, answers a + b; it makes the file in its column `says`, and waits
for the file in its column `waits` before it answers, where they are not empty. It is loaded once the file LOAD_AFTER is there.
"""

import sys
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")
import mlflow
import numpy as np
import onnx
import pandas as pd
from mlflow.models import infer_signature
from onnx import TensorProto, helper, numpy_helper

target = Path(sys.argv[1])
rows = pd.DataFrame({"a": [1.5, -2.0], "b": [0.25, 1e6]})
weights = numpy_helper.from_array(np.array([[2.0], [1.0]]), "weights")
graph = helper.make_graph(
    [helper.make_node("MatMul", ["X", "weights"], ["y"])],
    "line",
    [helper.make_tensor_value_info("X", TensorProto.DOUBLE, [None, 2])],
    [helper.make_tensor_value_info("y", TensorProto.DOUBLE, [None, 1])],
    [weights],
)
line = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
onnx.checker.check_model(line)
answer = pd.DataFrame({"y": 2 * rows["a"] + rows["b"]})
mlflow.onnx.save_model(line, target / "line model", signature=infer_signature(rows, answer), input_example=rows, pip_requirements=["mlflow"])


class Waiting(mlflow.pyfunc.PythonModel):
    def load_context(self, context):
        import os
        import time

        while os.environ.get("LOAD_AFTER") and not os.path.exists(os.environ["LOAD_AFTER"]):
            time.sleep(0.01)

    def predict(self, context, model_input, params=None):
        import os
        import time

        for says, waits in zip(model_input["says"], model_input["waits"]):
            if says:
                open(says, "w").close()
            while waits and not os.path.exists(waits):
                time.sleep(0.01)
        return (model_input["a"] + model_input["b"]).tolist()


asked = rows.assign(says="", waits="")
mlflow.pyfunc.save_model(target / "waiting", python_model=Waiting(), signature=infer_signature(asked, [1.75, 999998.0]), input_example=asked, pip_requirements=["mlflow"])
