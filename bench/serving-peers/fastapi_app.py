"""FastAPI in front of a model, as its tutorials show it."""

import numpy as np
from fastapi import FastAPI
from model import load
from pydantic import BaseModel

app = FastAPI()
predict = load()


class Rows(BaseModel):
    data: list[list[float]]


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/predict")
def predictions(rows: Rows) -> dict[str, list]:
    return {"predictions": predict(np.asarray(rows.data, dtype=np.float64)).tolist()}
