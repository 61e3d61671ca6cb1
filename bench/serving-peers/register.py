"""Registers the model folders of models.py on the server of MLFLOW_TRACKING_URI, one registered model a folder. Usage: register.py FOLDER"""

import pathlib
import sys

import mlflow

client = mlflow.MlflowClient()
for folder in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    with mlflow.start_run() as run:
        client.log_artifacts(run.info.run_id, str(folder), "model")
    client.create_registered_model(folder.name)
    client.create_model_version(folder.name, f"runs:/{run.info.run_id}/model", run.info.run_id)
