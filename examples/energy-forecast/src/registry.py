"""What the stages ask of the model registry, by the stock client."""

from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

ALIAS = "champion"
STAGE = "Production"
DIGEST_TAG = "millwright.digest"


def champion_of(client: MlflowClient, name: str) -> ModelVersion | None:
    try:
        return client.get_model_version_by_alias(name, ALIAS)
    except MlflowException as error:
        # A model without versions answers the one, a model without that alias the other.
        if error.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            return None
        raise


def version_of_digest(client: MlflowClient, name: str, digest: str) -> ModelVersion | None:
    found = client.search_model_versions(f"name = '{name}' and tag.`{DIGEST_TAG}` = '{digest}'")
    return found[0] if found else None
