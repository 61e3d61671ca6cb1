"""Make up the bicycle rides of some hours: they depend on the hour of the day, the weekend and the weather."""

from pathlib import Path

import numpy as np
import pandas as pd
import yaml


def main() -> None:
    parameters = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))["data"]
    random = np.random.default_rng(parameters["seed"])
    time = pd.date_range("2024-01-01", periods=parameters["hours"], freq="h")
    hour, weekend = time.hour.to_numpy(), (time.day_of_week >= 5).astype(int)
    temperature = 12 + 8 * np.sin((hour - 9) / 24 * 2 * np.pi) + random.normal(0, 3, len(time))
    rush = np.exp(-((hour - 8) ** 2) / 4) + np.exp(-((hour - 17) ** 2) / 6)
    expected = 40 + 6 * temperature + 180 * rush * (1 - 0.7 * weekend)
    frame = pd.DataFrame(
        {
            "time": time,
            "hour": hour,
            "weekend": weekend,
            "temperature": temperature.round(1),
            "rides": random.poisson(np.clip(expected, 1, None)),
        }
    )
    Path("data").mkdir(exist_ok=True)
    frame.to_csv("data/rides.csv", index=False)


if __name__ == "__main__":
    main()
