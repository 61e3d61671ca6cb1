"""The stock MLflow client against a model registry. Arguments: the parts to run; GATED_MODEL names the gated model."""

import hashlib
import json
import os
import pathlib
import sys
import tempfile
import time
import warnings

import mlflow
import numpy as np
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from sklearn.linear_model import LinearRegression

warnings.filterwarnings("ignore")
client = MlflowClient()
X = np.array([[1.0], [2.0], [3.0]])
model = LinearRegression().fit(X, [2.0, 4.0, 6.0])


def expect(actual, expected):
    if actual != expected:
        raise AssertionError(f"expected {expected!r}, got {actual!r}")


def expect_error(code, text, call):
    """The call fails, at once: what the client retried would take it minutes."""
    began = time.monotonic()
    try:
        call()
    except MlflowException as error:
        expect(error.error_code, code)
        if text not in error.message:
            raise AssertionError(f"{text!r} is not in {error.message!r}")
        if time.monotonic() - began > 30:
            raise AssertionError("the client has retried it")
        return
    raise AssertionError(f"no error with {text!r}")


def predicts(uri):
    expect([round(float(value), 6) for value in mlflow.pyfunc.load_model(uri).predict(X)], [2.0, 4.0, 6.0])


def log_folder(folder, name, path="model"):
    """Registers a saved folder as it is. Returns the version."""
    with mlflow.start_run() as run:
        mlflow.log_artifacts(str(folder), path)
    return mlflow.register_model(f"runs:/{run.info.run_id}/{path}", name)


def uris():
    with mlflow.start_run() as run:
        info = mlflow.sklearn.log_model(model, name="linear", input_example=X, registered_model_name="uris")
    version = client.get_model_version("uris", "1")
    expect((version.source, version.run_id, version.current_stage, version.status), (info.model_uri, run.info.run_id, "None", "READY"))
    expect(json.loads(client.get_logged_model(info.model_id).tags["mlflow.modelVersions"])[0], {"name": "uris", "version": 1})
    folder = pathlib.Path(tempfile.mkdtemp()) / "model"
    mlflow.sklearn.save_model(model, folder)
    second = log_folder(folder, "uris")
    expect(second.version, "2")
    client.set_registered_model_alias("uris", "champion", "2")
    client.transition_model_version_stage("uris", "1", "Production")
    for uri in [
        "models:/uris/1",
        "models:/uris/2",
        "models:/uris@champion",
        "models:/uris/Production",
        "models:/uris/latest",
        info.model_uri,
        f"runs:/{run.info.run_id}/linear",
        f"runs:/{second.run_id}/model",
    ]:
        predicts(uri)
    expect_error("INVALID_PARAMETER_VALUE", "Registered model alias nobody not found.", lambda: mlflow.pyfunc.load_model("models:/uris@nobody"))
    # As mlflow's own server on SQLite: names and aliases that differ in case alone are different ones.
    expect_error("INVALID_PARAMETER_VALUE", "Registered model alias Champion not found.", lambda: client.get_model_version_by_alias("uris", "Champion"))
    client.set_registered_model_alias("uris", "Champion", "1")
    expect(client.get_registered_model("uris").aliases, {"Champion": "1", "champion": "2"})
    client.delete_registered_model_alias("uris", "CHAMPION")
    client.delete_registered_model_alias("uris", "Champion")
    expect(client.get_registered_model("uris").aliases, {"champion": "2"})
    expect_error("RESOURCE_DOES_NOT_EXIST", "Registered Model with name=URIS not found", lambda: client.get_registered_model("URIS"))
    expect_error("RESOURCE_DOES_NOT_EXIST", "Model Version (name=uris, version=9) not found", lambda: mlflow.pyfunc.load_model("models:/uris/9"))
    copied = client.copy_model_version("models:/uris/2", "uris-copy")
    expect((copied.version, copied.source, copied.run_id), ("1", "models:/uris/2", second.run_id))
    predicts("models:/uris-copy/1")


def registry():
    expect(client.create_registered_model("plain", tags={"team": "grid"}, description="of load").tags, {"team": "grid"})
    expect_error("RESOURCE_ALREADY_EXISTS", "Registered Model (name=plain) already exists.", lambda: client.create_registered_model("plain"))
    expect_error("INVALID_PARAMETER_VALUE", "Names cannot contain '/' or ':'.", lambda: client.create_registered_model("a/b"))
    for source in ["/etc/passwd", "file:///etc/passwd", "mlflow-artifacts:/0/../../x"]:
        expect_error("INVALID_PARAMETER_VALUE", "Invalid model version source", lambda: client.create_model_version("plain", source))
    run = client.create_run("0")
    source = f"{run.info.artifact_uri}/model"
    for _ in range(3):
        client.create_model_version("plain", source, run.info.run_id, tags={"kind": "forest"})
    client.update_model_version("plain", "1", "the first")
    client.set_model_version_tag("plain", "1", "kind", "linear")
    client.delete_model_version_tag("plain", "2", "kind")
    client.set_registered_model_tag("plain", "team", "sea")
    expect([m.name for m in client.search_registered_models("name LIKE 'pl%' AND tags.team = 'sea'")], ["plain"])
    expect([v.version for v in client.search_model_versions("name = 'plain' AND tags.kind = 'forest'")], ["3"])
    expect([v.version for v in mlflow.search_model_versions(filter_string="name = 'plain'", order_by=["version_number ASC"])], ["1", "2", "3"])
    page = client.search_model_versions("name = 'plain'", max_results=2, order_by=["version_number ASC"])
    rest = client.search_model_versions("name = 'plain'", max_results=2, order_by=["version_number ASC"], page_token=page.token)
    expect([v.version for v in [*page, *rest]], ["1", "2", "3"])
    expect_error("INVALID_PARAMETER_VALUE", "Invalid attribute key 'x' specified", lambda: client.search_registered_models("x = 'y'"))
    client.set_registered_model_alias("plain", "best", "3")
    expect(client.get_registered_model("plain").aliases, {"best": "3"})
    expect(client.get_model_version("plain", "3").aliases, ["best"])
    client.transition_model_version_stage("plain", "1", "staging")
    client.transition_model_version_stage("plain", "2", "Staging", archive_existing_versions=True)
    expect({v.version: v.current_stage for v in client.get_latest_versions("plain")}, {"1": "Archived", "2": "Staging", "3": "None"})
    expect_error("INVALID_PARAMETER_VALUE", "Invalid Model Version stage: Best.", lambda: client.transition_model_version_stage("plain", "1", "Best"))
    client.rename_registered_model("plain", "renamed")
    expect(client.get_model_version_by_alias("renamed", "best").version, "3")
    client.delete_registered_model_alias("renamed", "best")
    client.delete_model_version("renamed", "3")
    expect_error("RESOURCE_DOES_NOT_EXIST", "Model Version (name=renamed, version=3) not found", lambda: client.get_model_version("renamed", "3"))
    client.delete_registered_model("renamed")
    expect_error("RESOURCE_DOES_NOT_EXIST", "Registered Model with name=renamed not found", lambda: client.get_registered_model("renamed"))
    expect(mlflow.genai.search_prompts(), [])


def digest(folder):
    md5 = lambda data: hashlib.md5(data).hexdigest()
    files = sorted((str(path.relative_to(folder)), md5(path.read_bytes())) for path in pathlib.Path(folder).rglob("*") if path.is_file())
    return md5(json.dumps([{"md5": md5, "relpath": path} for path, md5 in files]).encode())


def candidate():
    """Registers a saved folder under the gated name and prints its digest: the evidence is recorded from it."""
    folder = pathlib.Path(tempfile.mkdtemp()) / "model"
    mlflow.sklearn.save_model(model, folder)
    log_folder(folder, os.environ["GATED_MODEL"])
    print(f"digest {digest(folder)}")


def refused():
    name = os.environ["GATED_MODEL"]
    clause = "the clause `candidate.rmse < naive.rmse` is not true (candidate.rmse = 600, naive.rmse = 558)"
    expect_error("INVALID_PARAMETER_VALUE", clause, lambda: client.set_registered_model_alias(name, "champion", "1"))
    expect_error("INVALID_PARAMETER_VALUE", clause, lambda: client.transition_model_version_stage(name, "1", "Production"))
    client.set_registered_model_alias(name, "unprotected", "1")


def promoted():
    name = os.environ["GATED_MODEL"]
    client.set_registered_model_alias(name, "champion", "1")
    client.set_registered_model_alias(name, "champion", "1")
    client.transition_model_version_stage(name, "1", "Production")
    predicts(f"models:/{name}@champion")
    predicts(f"models:/{name}/Production")
    for call in [
        lambda: client.delete_registered_model_alias(name, "champion"),
        lambda: client.delete_model_version(name, "1"),
        lambda: client.delete_registered_model(name),
        lambda: client.transition_model_version_stage(name, "1", "Archived"),
    ]:
        expect_error("INVALID_PARAMETER_VALUE", "protects", call)


def finish():
    print("finished", flush=True)


def gates():
    """One process for the three of them: importing the client costs more than what they do. Goes on at a line from outside."""
    for step in [candidate, refused, promoted]:
        step()
        print(f"{step.__name__} done", flush=True)
        sys.stdin.readline()


if __name__ == "__main__":
    for part in sys.argv[1:]:
        globals()[part]()
