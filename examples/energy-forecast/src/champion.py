"""Note which version of the region's model is the champion now."""

from mlflow import MlflowClient

from region import region_of_command_line, write_json
from registry import DIGEST_TAG, champion_of


def main() -> None:
    region = region_of_command_line()
    version = champion_of(MlflowClient(), region.model_name)
    content = {"exists": False}
    if version is not None:
        content = {"exists": True, "version": str(version.version), "digest": version.tags.get(DIGEST_TAG)}
    write_json(region.report("champion"), content)
    print(f"{region.model_name}: " + (f"version {version.version} is the champion" if version else "no champion yet"))


if __name__ == "__main__":
    main()
