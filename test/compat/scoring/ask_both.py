"""Posts each case of a JSON file to MLflow's own scoring server and to another one, and prints both answers, a line a case.

ask_both.py CASES MODELS URL; the server at URL answers `URL/endpoints/<model>/invocations`
"""

import json
import sys
import threading
import time
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")
import mlflow.pyfunc
import requests
import uvicorn
from mlflow.pyfunc import scoring_server

cases, folder, other = json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2]), sys.argv[3]


def serve(name):
    """MLflow's application, as `mlflow models serve` runs it."""
    app = scoring_server.init(mlflow.pyfunc.load_model(str(folder / name)))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical"))
    running = threading.Thread(target=server.run, daemon=True)
    running.start()
    while not server.started:
        assert running.is_alive(), f"MLflow's server of {name} has ended"
        time.sleep(0.01)
    return "http://127.0.0.1:%d/invocations" % server.servers[0].sockets[0].getsockname()[1]


def post(url, case):
    body = case["body"] if isinstance(case["body"], str) else json.dumps(case["body"], ensure_ascii=False)
    raw = bytes.fromhex(case["hex"]) if "hex" in case else body.encode("utf-8", "surrogatepass")
    answer = requests.post(url, data=raw, headers={"Content-Type": case.get("type", "application/json")})
    return {"status": answer.status_code, "text": answer.text}


peers = {name: serve(name) for name in sorted({case["model"] for case in cases})}
for case in cases:
    ours = post(f"{other}/endpoints/{case['model']}/invocations", case)
    print(json.dumps({"name": case["name"], "mlflow": post(peers[case["model"]], case), "millwright": ours}), flush=True)
