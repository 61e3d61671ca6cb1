"""The parameters of one region, and the places of its files."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Region:
    key: str
    parameters: dict[str, Any]

    @property
    def model_name(self) -> str:
        return f"energy-{self.key}"

    @property
    def measures(self) -> dict[str, str]:
        """The columns of the region's files that hold numbers, by their name here."""
        columns = self.parameters["columns"]
        return {name: columns[name] for name in ("demand", "temperature") if columns.get(name)}

    def train_features(self) -> Path:
        return Path("data/features") / self.key / "train.csv"

    def holdout_features(self) -> Path:
        return Path("data/features") / self.key / "holdout.csv"

    def model_folder(self, algorithm: str) -> Path:
        return Path("models") / self.key / algorithm

    def evidence(self) -> Path:
        return Path("metrics") / f"{self.key}.json"

    def report(self, kind: str) -> Path:
        return Path("reports") / kind / f"{self.key}.json"


def read_parameters() -> dict[str, Any]:
    return yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))


def region_of_command_line() -> Region:
    """The region that the stage's command names; params.yaml must have it."""
    regions = read_parameters()["regions"]
    key = sys.argv[1] if len(sys.argv) > 1 else ""
    if key not in regions:
        sys.exit(f"no region '{key}' in params.yaml: name one of {', '.join(regions)}")
    return Region(key, regions[key])


def write_json(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def read_json(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))
