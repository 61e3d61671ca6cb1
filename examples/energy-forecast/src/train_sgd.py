"""Train a linear model by stochastic gradient descent, an epoch a step."""

import mlflow
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import SGDRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from region import read_parameters, region_of_command_line
from training import importance_figure, positions, read_features, rmse, save, track

# The month stays a number: one of the hold-out may be new, and a class of its own would then say nothing.
CLASSES = ["weekday", "hour"]


def main() -> None:
    region = region_of_command_line()
    parameters = read_parameters()["sgd"]
    features, load = read_features(region.train_features())
    numbers = [name for name in features.columns if name not in CLASSES]
    encode = ColumnTransformer(
        [
            ("classes", OneHotEncoder(handle_unknown="ignore", sparse_output=False), positions(features, CLASSES)),
            ("numbers", StandardScaler(), positions(features, numbers)),
        ]
    )
    regressor = SGDRegressor(alpha=parameters["alpha"], random_state=parameters["seed"])
    model = Pipeline([("encode", encode), ("regressor", regressor)])

    with mlflow.start_run(run_name=f"sgd-{region.key}"):
        mlflow.log_params({"algorithm": "sgd", "region": region.key, **parameters})
        encoded = encode.fit_transform(features)
        for epoch in range(parameters["epochs"]):
            regressor.partial_fit(encoded, load)
            mlflow.log_metric("train_rmse", rmse(load, regressor.predict(encoded)), step=epoch)
        weights = pd.Series(regressor.coef_, index=encode.get_feature_names_out()).abs()
        mlflow.log_figure(importance_figure(f"Weights by size, {region.parameters['unit']}", weights), "weights.png")
        track(model, features, load, region)
    save(model, "sgd", features, region)


if __name__ == "__main__":
    main()
