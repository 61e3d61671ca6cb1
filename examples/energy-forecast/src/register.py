"""Register the candidate, unless the registry has a version of the very same bytes."""

import mlflow
from mlflow import MlflowClient

from region import read_json, region_of_command_line, write_json
from registry import DIGEST_TAG, version_of_digest


def main() -> None:
    region = region_of_command_line()
    candidate = read_json(region.evidence())["candidate"]
    client = MlflowClient()
    version = version_of_digest(client, region.model_name, candidate["digest"])
    known = version is not None
    if version is None:
        with mlflow.start_run(run_name=f"register-{region.key}") as run:
            mlflow.log_params({"region": region.key, "algorithm": candidate["algorithm"], "digest": candidate["digest"]})
            # Logged as it is: `log_model` would write another MLmodel file, and with it another digest.
            mlflow.log_artifacts(str(region.model_folder(candidate["algorithm"])), "model")
        # Until the server has compared both flavours; the first time it installs the model's packages for that.
        print("registering: the server installs the model's packages and compares both flavours", flush=True)
        version = mlflow.register_model(
            f"runs:/{run.info.run_id}/model", region.model_name, await_registration_for=900, tags={DIGEST_TAG: candidate["digest"]}
        )
    write_json(region.report("registered"), {"name": region.model_name, "version": str(version.version), "digest": candidate["digest"]})
    print(f"{region.model_name} version {version.version} " + ("is registered already" if known else f"registered: {candidate['algorithm']}"))


if __name__ == "__main__":
    main()
