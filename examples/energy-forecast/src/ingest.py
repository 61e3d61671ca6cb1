"""Append every file of a region's incoming folder: its rows as they came, and their hourly means.

The rows keep file and line for the validation that follows, which stops the pipeline before the means of bad rows are used.
"""

import sys
from pathlib import Path

import pandas as pd

from region import Region, region_of_command_line


def read_file(path: Path, region: Region) -> pd.DataFrame:
    """The file's rows as text, with `file` and `line`. A file whose columns differ ends the stage."""
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    columns = region.parameters["columns"]
    expected = [columns["time"], *region.measures.values(), *columns.get("ignored", [])]
    missing = [name for name in expected if name not in frame.columns]
    unknown = [name for name in frame.columns if name not in expected]
    if missing or unknown:
        sys.exit(
            f"{path} is refused: its columns differ from those of region '{region.key}' in params.yaml"
            f" (missing: {', '.join(missing) or 'none'}; unknown: {', '.join(unknown) or 'none'})"
        )
    rows = pd.DataFrame({"file": path.name, "line": range(2, len(frame) + 2), "time": frame[columns["time"]]})
    for name, column in region.measures.items():
        rows[name] = frame[column]
    return rows


def hourly_means(rows: pd.DataFrame, region: Region) -> pd.DataFrame:
    """Means of the UTC hours; rows that cannot be read are left to the validation."""
    values = {name: pd.to_numeric(rows[name], errors="coerce") for name in region.measures}
    frame = pd.DataFrame({"time": rows["instant"], **values}).dropna(subset="time")
    return frame.set_index("time").resample("h").mean()


def main() -> None:
    region = region_of_command_line()
    files = sorted(Path(region.parameters["incoming"]).glob("*.csv"))
    if not files:
        sys.exit(f"no .csv file in {region.parameters['incoming']}: put the region's data there")
    rows = pd.concat([read_file(path, region) for path in files], ignore_index=True)
    rows["instant"] = pd.to_datetime(rows["time"], utc=True, errors="coerce", format="ISO8601")
    rows = rows.sort_values("instant", kind="stable")

    for folder in ("data/rows", "data/hourly"):
        Path(folder).mkdir(parents=True, exist_ok=True)
    rows.drop(columns="instant").to_csv(f"data/rows/{region.key}.csv", index=False)
    hourly = hourly_means(rows, region)
    hourly.to_csv(f"data/hourly/{region.key}.csv", date_format="%Y-%m-%dT%H:%M:%SZ")
    print(f"{len(rows)} rows of {len(files)} file(s), {len(hourly)} hours in {region.parameters['unit']}")


if __name__ == "__main__":
    main()
