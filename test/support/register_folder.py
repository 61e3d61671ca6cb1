"""Logs a model folder as it is and registers it, as users do with the stock client, which waits until the version is ready.

Arguments: folder, model name. Prints the version as one JSON object.
"""

import json
import sys

import mlflow

folder, name = sys.argv[1:]
with mlflow.start_run() as run:
    mlflow.log_artifacts(folder, "model")
registered = mlflow.register_model(f"runs:/{run.info.run_id}/model", name)
version = mlflow.MlflowClient().get_model_version(name, registered.version)
print(json.dumps({"version": int(version.version), "status": version.status, "message": version.status_message}))
