"""Check the rows of a region and stop the pipeline where one is bad, with a report that names it.

Times are instants, so days on which the clocks change are not special: they have 46 or 50 half-hours, and no gap.
"""

import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from region import Region, region_of_command_line, write_json

SHOWN = 20


@dataclass(frozen=True)
class Problem:
    check: str
    row: str
    """`file:line`, as an editor opens it."""
    detail: str


def row_names(rows: pd.DataFrame) -> pd.Series:
    return rows["file"] + ":" + rows["line"].astype(str)


def problems_of_times(rows: pd.DataFrame, interval: pd.Timedelta) -> list[Problem]:
    instants = pd.to_datetime(rows["time"], utc=True, errors="coerce", format="ISO8601")
    unreadable = rows[instants.isna()]
    found = [Problem("time", row, f"'{time}' is not a time") for row, time in zip(row_names(unreadable), unreadable["time"])]

    known = rows[instants.notna()].assign(instant=instants.dropna())
    repeated = known["instant"].duplicated()
    first = known.drop_duplicates("instant").assign(row=row_names).set_index("instant")["row"]
    for row, instant in zip(row_names(known[repeated]), known.loc[repeated, "instant"]):
        found.append(Problem("duplicate", row, f"{instant.isoformat()} stands in {first[instant]} already"))

    once = known[~repeated]
    steps = once["instant"].diff()
    for index in steps.index[steps.notna() & (steps != interval)]:
        step, instant = steps[index], once.loc[index, "instant"]
        detail = f"{step} after the row before, not {interval}: from {(instant - step).isoformat()} to {instant.isoformat()}"
        found.append(Problem("gap", f"{once.loc[index, 'file']}:{once.loc[index, 'line']}", detail))
    return found


def problems_of_values(rows: pd.DataFrame, name: str, limits: tuple[float, float]) -> list[Problem]:
    values = pd.to_numeric(rows[name], errors="coerce")
    low, high = limits
    names = row_names(rows)
    found = [Problem("number", names[index], f"{name} '{rows.loc[index, name]}' is not a number") for index in rows.index[values.isna()]]
    outside = rows.index[values.notna() & ~values.between(low, high)]
    return found + [Problem("range", names[index], f"{name} {values[index]:g} is not within {low:g} and {high:g}") for index in outside]


def check(rows: pd.DataFrame, region: Region) -> list[Problem]:
    if rows.empty:
        return [Problem("schema", region.parameters["incoming"], "the files have no rows")]
    found = problems_of_times(rows, pd.Timedelta(minutes=region.parameters["interval_minutes"]))
    for name in region.measures:
        found += problems_of_values(rows, name, tuple(region.parameters["limits"][name]))
    return found


def rows_per_day(rows: pd.DataFrame, timezone: str) -> dict[str, int]:
    """How many local days have how many rows, the first and the last day aside."""
    local = pd.to_datetime(rows["time"], utc=True, errors="coerce", format="ISO8601").dropna().dt.tz_convert(timezone)
    days = local.dt.date.value_counts().sort_index().iloc[1:-1]
    return {str(count): int(number) for count, number in days.value_counts().sort_index().items()}


def main() -> None:
    region = region_of_command_line()
    rows = pd.read_csv(Path("data/rows") / f"{region.key}.csv", dtype={"time": str, "demand": str, "temperature": str}, keep_default_na=False)
    found = check(rows, region)
    report = region.report("validation")
    write_json(
        report,
        {
            "region": region.key,
            "passed": not found,
            "rows": len(rows),
            "days_by_rows": rows_per_day(rows, region.parameters["timezone"]),
            "problems": [asdict(problem) for problem in found],
        },
    )
    if found:
        for problem in found[:SHOWN]:
            print(f"{problem.row}: {problem.check}: {problem.detail}", file=sys.stderr)
        sys.exit(f"{len(found)} bad row(s): the data is not used; all of them stand in {report}")
    print(f"{len(rows)} rows are good")


if __name__ == "__main__":
    main()
