"""MLflow's own clients of its scoring protocol: clients.py URL-OF-SERVER URL-OF-ONE-MODEL

The server has the models of make_served_models.py live; the model on a port of its own is `line`.
"""

import sys
from urllib.parse import urlparse

import mlflow
import numpy as np
import pandas as pd
from mlflow.deployments import get_deploy_client
from mlflow.pyfunc.scoring_server.client import ScoringServerClient

server, alone = sys.argv[1], urlparse(sys.argv[2])
rows = pd.DataFrame({"a": [1.5, -2.0], "b": [0.25, 1e6]})
answers = [1003.25, 1000996.0]


def scoring():
    client = ScoringServerClient(alone.hostname, alone.port)
    client.wait_server_ready(timeout=30)
    assert client.get_version() == mlflow.__version__, client.get_version()
    asked = client.invoke(rows)
    assert np.allclose(asked.get_predictions()["variable"], answers, rtol=1e-12), asked
    assert np.allclose(client.invoke(rows[["b", "a"]]).get_predictions()["variable"], answers, rtol=1e-12)
    holes = pd.DataFrame({"a": [1.5, np.nan], "b": [0.25, 1.0]})
    assert client.invoke(holes).get_predictions()["variable"].isna().tolist() == [False, True]
    try:
        client.invoke(rows.rename(columns={"b": "bb"}), params=None)
    except Exception as error:
        assert "error code 400" in str(error) and "'b'" in str(error), error
    else:
        raise AssertionError("a wrong column was not refused")
    try:
        client.invoke(rows, params={"alpha": 1})
    except Exception as error:
        assert "error code 400" in str(error) and "'alpha'" in str(error), error
    else:
        raise AssertionError("a param of a model that takes none was not refused")


def deployments():
    client = get_deploy_client(server)
    assert type(client).__name__ == "MlflowDeploymentClient"
    asked = client.predict(endpoint="line", inputs={"dataframe_split": rows.to_dict(orient="split")})
    assert np.allclose([row["variable"] for row in asked["predictions"]], answers, rtol=1e-12), asked
    chat = client.predict(endpoint="free", inputs={"messages": [{"role": "user", "content": "Hello"}]})
    assert chat["choices"][0]["message"]["role"] == "assistant", chat
    names = sorted(endpoint.name for endpoint in client.list_endpoints())
    assert names == ["free", "hinted", "iris", "line", "several", "typed"], names
    endpoint = client.get_endpoint("line")
    assert endpoint.endpoint_url == f"{server}/endpoints/line/invocations" and endpoint.model.name == "line", endpoint
    for ask in (lambda: client.get_endpoint("absent"), lambda: client.predict(endpoint="absent", inputs={"inputs": [[1]]})):
        try:
            ask()
        except Exception as error:
            assert "absent" in str(error), error
        else:
            raise AssertionError("an endpoint that is not there answered")
    try:
        client.predict(endpoint="line", inputs={"inputs": {"a": ["x"], "b": [1]}})
    except Exception as error:
        assert "400" in str(error) and "'a' in row 0" in str(error), error
    else:
        raise AssertionError("a text for a double was not refused")


for part in (scoring, deployments):
    part()
    print(f"{part.__name__}: ok")
