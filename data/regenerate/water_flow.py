"""Regenerate data/water_flow.csv.gz (real data) from the wheel of the package river.

How to run it, from the top of the repository (needs pip and the network, or a wheel that you already have):

    python data/regenerate/water_flow.py
    python data/regenerate/water_flow.py --wheel some/where/river-0.26.1-….whl

Origin: river 0.26.1 (BSD-3-Clause), member river/datasets/water-flow.csv, the hourly flow in a branch of a water
pipe. All 1,268 rows are kept, in their order, with every value as it is written; times with their offset (+01:00,
from 27 March +02:00) become UTC, and hours that are missing stay missing. The wheel lands in a
temporary directory; river is not needed to use the course.

The labels are ours. The text beside the data (river/datasets/water_flow.py) tells of four anomalous segments without
saying where: three "low value moments" (water losses or maintenance) and a small peak "after the first 2 segments" (a
pump in the main pipe, when more pressure was needed). EVENTS holds the rows that we took for them, by looking:
each low is an unbroken run of hours below 99 l/s that holds hours below 50 (there are three); the peak is the only hour
above 108 l/s and the hour before it, in which the flow rises.
"""

import pandas as pd
from gzip_file import update_gzip
from wheel import WheelFile, read_csv_rows, regenerate

__all__ = ["EVENTS", "main", "to_csv"]

ORIGIN = WheelFile(
    "river==0.26.1", "river/datasets/water-flow.csv", "6c84efeb8b148dd2ace656f11f5bd90de22dad014b094e3baafd8dbca69c83dc"
)
ORIGINAL_HEADER = "Time,Water flow [l/s]"
HEADER = "time,flow,label,kind"
EVENTS = {  # first and last row, counted from 0
    (93, 110): "low flow",
    (211, 224): "low flow",
    (328, 329): "inflow peak",
    (872, 887): "low flow",
}


def main(arguments: list[str] | None = None) -> None:
    """Fetch the wheel (or take `--wheel`), and update data/water_flow.csv.gz."""
    regenerate(ORIGIN, "water_flow.csv.gz", to_csv, update_gzip, arguments)


def to_csv(member: bytes) -> bytes:
    """Write the course's CSV (uncompressed): the same flows in the same order, times in UTC, labels and kinds."""
    rows = read_csv_rows(member, ORIGINAL_HEADER)
    times, flows = zip(*(row.split(",") for row in rows), strict=True)
    utc = pd.to_datetime(pd.Series(times), utc=True).dt.strftime("%Y-%m-%dT%H:%MZ")
    kinds = [_kind(row) for row in range(len(rows))]
    labels = [int(kind != "normal") for kind in kinds]
    table = [f"{time},{flow},{label},{kind}" for time, flow, label, kind in zip(utc, flows, labels, kinds, strict=True)]
    return "\n".join([HEADER, *table, ""]).encode("ascii")


def _kind(row: int) -> str:
    return next((kind for (first, last), kind in EVENTS.items() if first <= row <= last), "normal")


if __name__ == "__main__":
    main()
