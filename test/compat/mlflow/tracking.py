"""The stock MLflow client against a tracking server: what a training script does. Arguments: the parts to run."""

import math
import sys
import time

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag, ViewType
from mlflow.exceptions import MlflowException

client = MlflowClient()


def expect(actual, expected):
    if actual != expected:
        raise AssertionError(f"expected {expected!r}, got {actual!r}")


def expect_error(code, text, call):
    try:
        call()
    except MlflowException as error:
        expect(error.error_code, code)
        if text not in error.message:
            raise AssertionError(f"{text!r} is not in {error.message!r}")
        return
    raise AssertionError(f"no error with {text!r}")


def fluent():
    mlflow.set_experiment("fluent")
    with mlflow.start_run(tags={"a": "b"}, description="first") as parent:
        mlflow.log_param("depth", 3)
        mlflow.log_params({"rate": 0.1, "name": "x" * 6001})
        for step in range(5):
            mlflow.log_metric("loss", 1 / (step + 1), step=step)
        mlflow.log_metrics({"up": math.inf, "down": -math.inf, "nan": math.nan})
        mlflow.set_tags({"team": "energy", "mlflow.note.content": "a note"})
        mlflow.log_text("hello", "notes/hello.txt")
        mlflow.log_dict({"a": [1]}, "config.json")
        with mlflow.start_run(nested=True, run_name="child"):
            mlflow.log_metric("loss", 9)
        expect_error("INVALID_PARAMETER_VALUE", "Changing param values is not allowed", lambda: mlflow.log_param("depth", 4))
    run = client.get_run(parent.info.run_id)
    expect(run.info.status, "FINISHED")
    expect(run.data.params["depth"], "3")
    expect(len(run.data.params["name"]), 6000)
    expect(run.data.metrics["loss"], 0.2)
    expect((run.data.metrics["up"], run.data.metrics["down"]), (math.inf, -math.inf))
    expect(math.isnan(run.data.metrics["nan"]), True)
    expect(run.data.tags["mlflow.note.content"], "a note")
    expect(mlflow.artifacts.load_text(run.info.artifact_uri + "/notes/hello.txt"), "hello")
    expect(sorted(item.path for item in client.list_artifacts(run.info.run_id)), ["config.json", "notes"])
    children = mlflow.search_runs(
        experiment_names=["fluent"], filter_string=f"tags.mlflow.parentRunId = '{parent.info.run_id}'"
    )
    expect(list(children["tags.mlflow.runName"]), ["child"])
    with mlflow.start_run(run_id=parent.info.run_id):
        mlflow.log_metric("later", 1)
    mlflow.delete_run(parent.info.run_id)
    expect(client.get_run(parent.info.run_id).info.lifecycle_stage, "deleted")
    client.restore_run(parent.info.run_id)


def failing():
    mlflow.set_experiment("failing")
    try:
        with mlflow.start_run() as run:
            raise ValueError("a bug of the user")
    except ValueError:
        expect(client.get_run(run.info.run_id).info.status, "FAILED")
    expect_error("RESOURCE_DOES_NOT_EXIST", "not found", lambda: client.get_run("0" * 32))
    experiment = client.create_experiment("twice")
    expect_error("RESOURCE_ALREADY_EXISTS", "already exists", lambda: client.create_experiment("twice"))
    client.rename_experiment(experiment, "renamed")
    client.set_experiment_tag(experiment, "k", "v")
    expect(client.get_experiment_by_name("renamed").tags, {"k": "v"})
    client.delete_experiment(experiment)
    expect_error("INVALID_PARAMETER_VALUE", "must be in the 'active' state", lambda: client.create_run(experiment))
    client.restore_experiment(experiment)


def asynchronous():
    mlflow.set_experiment("asynchronous")
    with mlflow.start_run() as run:
        operations = [mlflow.log_metric("m", step, step=step, synchronous=False) for step in range(500)]
        operations.append(mlflow.log_params({f"p{index}": index for index in range(250)}, synchronous=False))
        operations.append(mlflow.set_tags({f"t{index}": index for index in range(150)}, synchronous=False))
        for operation in operations:
            operation.wait()
    data = client.get_run(run.info.run_id).data
    expect(data.metrics["m"], 499)
    expect(len(data.params), 250)
    expect(len([tag for tag in data.tags if tag.startswith("t")]), 150)
    expect([point.step for point in client.get_metric_history(run.info.run_id, "m")], list(range(500)))


def batches():
    experiment = client.create_experiment("batches")
    run = client.create_run(experiment).info.run_id
    now = int(time.time() * 1000)
    points = 26_000
    for start in range(0, points, 1000):
        client.log_batch(run, metrics=[Metric("m", step / 7, now + step, step) for step in range(start, start + 1000)])
    history = client.get_metric_history(run, "m")  # two pages of the client's 25,000
    expect([point.step for point in history], list(range(points)))
    expect([point.value for point in history[:20]], [step / 7 for step in range(20)])
    big = 2**63 - 1
    client.log_batch(run, metrics=[Metric("big", 1, big, big)], params=[Param("p", "1")], tags=[RunTag("t", "1")])
    [point] = client.get_metric_history(run, "big")
    expect((point.timestamp, point.step), (big, big))
    expect(client.get_run(run).data.metrics["m"], (points - 1) / 7)


def search():
    experiment = client.create_experiment("search")
    runs = []
    for index in range(30):
        run = client.create_run(experiment, start_time=1000 + index, run_name=f"run {index}").info.run_id
        runs.append(run)
        if index % 3:
            client.log_metric(run, "rmse", math.nan if index == 29 else index / 10)
        client.log_param(run, "model", ["forest", "SGD"][index % 2])
        client.set_tag(run, "a key/with spaces", f"v{index % 5}")
        if index < 10:
            client.set_terminated(run, end_time=5000 + index)

    def found(filter_string, order_by=None):
        return [int(run.info.run_name.split()[1]) for run in client.search_runs([experiment], filter_string, order_by=order_by)]

    down = list(range(29, -1, -1))
    rmse = [index for index in down if index % 3]
    valued = [index for index in rmse if index != 29]
    cases = {
        "": down,
        "metrics.rmse > 2": [index for index in valued if index > 20],
        "metrics.rmse >= 2.5 and metrics.rmse < 2.8": [26, 25],
        "metric.rmse != 1.0": [index for index in rmse if index != 10],
        "metrics.rmse = 1e0": [10],
        "metrics.rmse <= -0.5": [],
        "params.model = 'forest'": [index for index in down if index % 2 == 0],
        'params.model != "forest" AND start_time < 1005': [3, 1],
        "params.model LIKE 's%'": [],
        "parameter.model ilike 's%' and attributes.start_time >= 1027": [29, 27],
        "tags.`a key/with spaces` = 'v3'": [28, 23, 18, 13, 8, 3],
        'tags."a key/with spaces" LIKE \'%4\' and metrics.rmse > 0': [19, 14, 4],
        "tags.missing IS NULL and run_name = 'run 4'": [4],
        "params.model IS NOT NULL and end_time > 5007": [9, 8],
        "params.missing IS NOT NULL": [],
        "attributes.status = 'FINISHED' and created > 1008": [9],
        "status != 'FINISHED' and start_time <= 1011": [11, 10],
        f"run_id IN ('{runs[3]}', '{runs[7]}')": [7, 3],
        f"attributes.run_id = '{runs[5]}'": [5],
        "`run name` LIKE 'run 2_'": list(range(29, 19, -1)),
        f"attribute.artifact_uri LIKE '%{runs[6]}%'": [6],
    }
    for filter_string, expected in cases.items():
        try:
            expect(found(filter_string), expected)
        except (AssertionError, MlflowException) as error:
            raise AssertionError(f"{filter_string}: {error}") from error
    without = [index for index in down if index % 3 == 0]
    expect(found("", ["metrics.rmse"]), [*reversed(valued), 29, *without])
    expect(found("", ["metrics.rmse DESC"]), [*valued, 29, *without])
    expect(found("start_time < 1006", ["params.model DESC", "start_time"]), [0, 2, 4, 1, 3, 5])
    expect(found("metrics.rmse > 2.4", ["tags.`a key/with spaces` DESC", "metrics.rmse ASC"]), [28, 26, 25])

    pages, token = [], None
    while True:
        page = client.search_runs([experiment], "metrics.rmse > 0", max_results=4, order_by=["metrics.rmse DESC"], page_token=token)
        pages.append([run.info.run_id for run in page])
        token = page.token
        if not token:
            break
        client.create_run(experiment)  # what comes meanwhile moves no page
    expect(sum(pages, []), [runs[index] for index in valued])
    expect(len(mlflow.search_runs([experiment], max_results=10)), 10)

    client.delete_run(runs[0])
    expect([run.info.run_id for run in client.search_runs([experiment], run_view_type=ViewType.DELETED_ONLY)], [runs[0]])
    for bad, text in {
        "metrics.rmse > 'x'": "Expected numeric value type for metric",
        "params.model > 'x'": "Invalid comparator",
        "foo.bar = 'x'": "Invalid entity type",
        "attribute.nothing = 'x'": "Invalid attribute key",
        "params.model = 5": "Expected a quoted string value",
        "metrics.rmse > 1 OR metrics.rmse < 0": "Invalid clause(s) in filter string: 'OR'",
        "params.model = forest": "not quoted",
    }.items():
        expect_error("INVALID_PARAMETER_VALUE", text, lambda: client.search_runs([experiment], bad))
    client.set_experiment_tag(experiment, "team", "Energy")
    expect([item.name for item in client.search_experiments(filter_string="tags.team ILIKE 'energy' AND name LIKE 'sea%'")], ["search"])
    expect(client.search_experiments(order_by=["experiment_id ASC"])[0].name, "Default")


def autolog():
    import numpy
    from sklearn.linear_model import SGDRegressor

    mlflow.set_experiment("autolog")
    mlflow.sklearn.autolog(log_datasets=True, log_models=True)
    features = numpy.arange(40, dtype=float).reshape(20, 2)
    with mlflow.start_run() as run:
        SGDRegressor(max_iter=5, tol=None, random_state=1).fit(features, features.sum(axis=1))
    mlflow.sklearn.autolog(disable=True)
    found = client.get_run(run.info.run_id)
    expect(found.data.params["max_iter"], "5")
    expect("training_mean_squared_error" in found.data.metrics, True)
    expect([item.tags[0].value for item in found.inputs.dataset_inputs], ["train"])
    [output] = found.outputs.model_outputs
    model = client.get_logged_model(output.model_id)
    expect(str(model.status), "READY")
    expect(model.source_run_id, run.info.run_id)
    loaded = mlflow.pyfunc.load_model(f"models:/{model.model_id}")
    expect(len(loaded.predict(features)), 20)


def models():
    import pandas
    from sklearn.linear_model import LinearRegression

    experiment = mlflow.set_experiment("models").experiment_id
    frame = pandas.DataFrame({"a": [1.0, 2.0, 3.0], "b": [2.0, 1.0, 0.0]})
    dataset = mlflow.data.from_pandas(frame.assign(y=frame.a), targets="y", name="tiny")
    names = []
    for index in range(3):
        with mlflow.start_run():
            mlflow.log_input(dataset, context="evaluation")
            info = mlflow.sklearn.log_model(
                LinearRegression().fit(frame, frame.a), name=f"linear{index}", params={"index": index}, pip_requirements=["scikit-learn"]
            )
            mlflow.log_metric("rmse", index / 10, model_id=info.model_id, dataset=dataset)
            names.append(info.model_id)

    def found(filter_string="", **options):
        models = mlflow.search_logged_models([experiment], filter_string=filter_string, output_format="list", **options)
        return [model.name for model in models]

    expect(found(), ["linear2", "linear1", "linear0"])
    expect(found("metrics.rmse >= 0.1 AND params.index = '1'"), ["linear1"])
    expect(found("name LIKE 'linear%' AND attributes.name != 'linear1'"), ["linear2", "linear0"])
    expect(found(order_by=[{"field_name": "metrics.rmse", "ascending": True}]), ["linear0", "linear1", "linear2"])
    expect(found("metrics.rmse > 0", datasets=[{"dataset_name": "tiny", "dataset_digest": dataset.digest}]), ["linear2", "linear1"])
    expect(found("metrics.rmse > 0", datasets=[{"dataset_name": "other"}]), [])
    client.set_logged_model_tags(names[0], {"stage": "old"})
    expect(found("tags.stage = 'old'"), ["linear0"])
    client.delete_logged_model_tag(names[0], "stage")
    client.delete_logged_model(names[0])
    expect(found(), ["linear2", "linear1"])
    page = client.search_logged_models([experiment], max_results=1)
    expect([model.name for model in client.search_logged_models([experiment], max_results=1, page_token=page.token)], ["linear1"])


def evaluate():
    import pandas
    from sklearn.linear_model import LinearRegression

    mlflow.set_experiment("evaluate")
    frame = pandas.DataFrame({"a": [float(index) for index in range(30)]})
    frame["y"] = frame.a * 2 + 1
    with mlflow.start_run() as run:
        info = mlflow.sklearn.log_model(LinearRegression().fit(frame[["a"]], frame.y), name="line", pip_requirements=["scikit-learn"])
        result = mlflow.models.evaluate(info.model_uri, frame, targets="y", model_type="regressor", evaluator_config={"log_model_explainability": False})
    expect(result.metrics["root_mean_squared_error"] < 1e-6, True)
    expect("root_mean_squared_error" in client.get_run(run.info.run_id).data.metrics, True)


done = []
for part in sys.argv[1:]:
    try:
        globals()[part]()
    except Exception as error:
        raise SystemExit(f"{part}: {error!r}") from error
    done.append(part)
print("\n".join(f"{part}: ok" for part in done))
