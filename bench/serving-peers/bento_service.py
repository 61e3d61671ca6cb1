"""BentoML in front of a model, as its guide shows it."""

import bentoml
import numpy as np
from model import load


@bentoml.service(workers=1)
class Predictor:
    def __init__(self) -> None:
        self.predict_rows = load()

    @bentoml.api
    def predict(self, data: np.ndarray) -> np.ndarray:
        return self.predict_rows(data.astype(np.float64))
