"""Ask the registry to make the registered candidate the champion, and forecast with the champion.

The gate of millwright.yaml decides. A candidate that is not better is a result, not an error: the champion stays.
"""

import warnings

import mlflow
import pandas as pd
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from region import Region, read_json, region_of_command_line, write_json
from registry import ALIAS, STAGE, champion_of

# Stages are on their way out of MLflow; those who still read them shall find the champion too.
warnings.filterwarnings("ignore", message=".*transition_model_version_stage", category=FutureWarning)


def is_better(evidence: dict) -> bool:
    """The rule of the gate, for servers that have none."""
    candidate, champion = evidence["candidate"]["rmse"], evidence["champion"]
    return candidate < evidence["naive"]["rmse"] and (not champion["exists"] or candidate < champion["rmse"])


def promote(client: MlflowClient, region: Region, version: str) -> str:
    champion = champion_of(client, region.model_name)
    if champion is not None and str(champion.version) == version:
        return "already champion"
    if not is_better(read_json(region.evidence())):
        return "not better"
    try:
        # The alias is what says who is champion: it moves last, so that a run cut short here is repeated whole.
        client.transition_model_version_stage(region.model_name, version, STAGE, archive_existing_versions=True)
        client.set_registered_model_alias(region.model_name, ALIAS, version)
    except MlflowException as error:
        # A gate may ask for more than we do; anything else it finds wrong, such as evidence of another model, is an error.
        if "the clause" not in error.message:
            raise
        return f"refused: {error.message}"
    return "promoted"


def forecast(region: Region) -> float:
    model = mlflow.sklearn.load_model(f"models:/{region.model_name}@{ALIAS}")
    features = pd.read_csv(region.holdout_features()).drop(columns=["time", "local_date", "load"]).astype(float)
    return float(model.predict(features.tail(1))[0])


def main() -> None:
    region = region_of_command_line()
    version = str(read_json(region.report("registered"))["version"])
    client = MlflowClient()
    outcome = {"name": region.model_name, "version": version, "outcome": promote(client, region, version)}
    if champion_of(client, region.model_name) is not None:
        outcome["forecast"] = round(forecast(region), 3)
    write_json(region.report("promoted"), outcome)
    print(f"{region.model_name} version {version}: {outcome['outcome']}; forecast of the last hour {outcome.get('forecast')} {region.parameters['unit']}")


if __name__ == "__main__":
    main()
