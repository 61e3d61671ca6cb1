"""Split by time: the hold-out is what came later."""

from pathlib import Path

import pandas as pd
import yaml


def main() -> None:
    parameters = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))["prepare"]
    frame = pd.read_csv("data/rides.csv").sort_values("time")
    cut = int(len(frame) * (1 - parameters["holdout"]))
    folder = Path("data/prepared")
    folder.mkdir(parents=True, exist_ok=True)
    frame.iloc[:cut].to_csv(folder / "train.csv", index=False)
    frame.iloc[cut:].to_csv(folder / "holdout.csv", index=False)
    print(f"{cut} hours to train on, {len(frame) - cut} to hold out")


if __name__ == "__main__":
    main()
