"""Train a random forest, some trees a step, with the error on the rows that the trees have not seen."""

import mlflow
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.pipeline import Pipeline

from region import read_parameters, region_of_command_line
from training import importance_figure, read_features, rmse, save, track


def main() -> None:
    region = region_of_command_line()
    parameters = read_parameters()["forest"]
    features, load = read_features(region.train_features())
    forest = RandomForestRegressor(
        min_samples_leaf=parameters["rows_per_leaf"], warm_start=True, oob_score=True, random_state=parameters["seed"]
    )
    # Trees split numbers as they are: there is nothing to encode or to scale.
    model = Pipeline([("regressor", forest)])

    with mlflow.start_run(run_name=f"forest-{region.key}"):
        mlflow.log_params({"algorithm": "forest", "region": region.key, **parameters})
        step = parameters["trees_per_step"]
        for trees in range(step, parameters["trees"] + 1, step):
            forest.set_params(n_estimators=trees).fit(features, load)
            mlflow.log_metric("out_of_bag_rmse", rmse(load, forest.oob_prediction_), step=trees)
        mlflow.log_metric("train_rmse", rmse(load, model.predict(features)), step=parameters["trees"])
        importance = pd.Series(forest.feature_importances_, index=features.columns)
        mlflow.log_figure(importance_figure("Importance of the features", importance), "importance.png")
        track(model, features, load, region)
    save(model, "forest", features, region)


if __name__ == "__main__":
    main()
