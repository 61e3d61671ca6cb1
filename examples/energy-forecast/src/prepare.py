"""Make the features of each hour that are known 24 hours ahead, and split them by local date.

The temperature of the target hour is the measured one: it stands in for the weather forecast that a real service would use,
so the figures are better than such a service's by the error of that forecast.
"""

from typing import Any

import holidays
import pandas as pd

from region import Region, read_parameters, region_of_command_line


def features(hourly: pd.DataFrame, region: Region, lags: dict[str, int]) -> pd.DataFrame:
    """One row an hour: local calendar, public holiday, temperature where there is one, earlier load, and `load` itself."""
    local = hourly.index.tz_convert(region.parameters["timezone"])
    calendar = region.parameters["holidays"]
    days_off = holidays.country_holidays(
        calendar["country"], subdiv=calendar.get("subdivision"), years=sorted(set(local.year))
    )
    columns: dict[str, Any] = {
        "local_date": local.strftime("%Y-%m-%d"),
        "month": local.month,
        "weekday": local.day_of_week,
        "hour": local.hour,
        "holiday": [int(day in days_off) for day in local.date],
    }
    if "temperature" in hourly:
        columns["temperature"] = hourly["temperature"]
    for lag in range(lags["first"], lags["last"] + 1):
        columns[f"load_{lag}h_before"] = hourly["demand"].shift(lag)
    columns["load"] = hourly["demand"]
    return pd.DataFrame(columns, index=hourly.index)


def main() -> None:
    region = region_of_command_line()
    hourly = pd.read_csv(f"data/hourly/{region.key}.csv", index_col="time", parse_dates=["time"])
    frame = features(hourly, region, read_parameters()["lags"]).dropna()
    split = region.parameters["split"]
    parts = {
        region.train_features(): frame[(frame["local_date"] >= split["train"]) & (frame["local_date"] < split["holdout"])],
        region.holdout_features(): frame[(frame["local_date"] >= split["holdout"]) & (frame["local_date"] < split["end"])],
    }
    for path, part in parts.items():
        if part.empty:
            raise SystemExit(f"no hour for {path}: the dates of 'split' in params.yaml are not those of the data")
        path.parent.mkdir(parents=True, exist_ok=True)
        part.to_csv(path, date_format="%Y-%m-%dT%H:%M:%SZ")
        print(f"{path}: {len(part)} hours, {part['local_date'].iloc[0]} to {part['local_date'].iloc[-1]}")


if __name__ == "__main__":
    main()
