"""Regenerate data/shuttle.csv.gz (real data) from the wheel of the package river.

How to run it, from the top of the repository (needs pip and the network, or a wheel that you already have):

    python data/regenerate/shuttle.py
    python data/regenerate/shuttle.py --wheel some/where/river-0.26.1-….whl

Origin: river 0.26.1 (BSD-3-Clause), member river/datasets/shuttle.csv.gz, which is UCI's Statlog (Shuttle)
cast as an anomaly-detection problem. All 49,097 rows are kept, in their order, with every value; only the
header changes (f1..f9 become sensor_1..sensor_9, anomaly becomes label). The wheel lands in a temporary
directory; river is not needed to use the course.
"""

import argparse
import gzip
from pathlib import Path

from gzip_file import DATA_DIR, update_gzip
from wheel import WheelFile, read_origin

__all__ = ["main", "to_csv"]

ORIGIN = WheelFile("river==0.26.1", "river/datasets/shuttle.csv.gz",
                   "1ed4bfa77233d95bff2c8ab2482725d2d800410daedf5919ad80ec6faf60ff59")
ORIGINAL_HEADER = ",".join([f"f{i}" for i in range(1, 10)] + ["anomaly"])
HEADER = ",".join([f"sensor_{i}" for i in range(1, 10)] + ["label"])


def main(arguments: list[str] | None = None) -> None:
    """Fetch the wheel (or take `--wheel`), and update data/shuttle.csv.gz."""
    parser = argparse.ArgumentParser(description="Regenerate data/shuttle.csv.gz from the wheel of river.")
    parser.add_argument("--wheel", type=Path, help="a river wheel on this disk (default: pip fetches it)")
    wheel = parser.parse_args(arguments).wheel
    print(update_gzip(DATA_DIR / "shuttle.csv.gz", to_csv(read_origin(ORIGIN, wheel))))


def to_csv(member: bytes) -> bytes:
    """The course's CSV (uncompressed): the same rows in the same order under our header."""
    header, *rows = gzip.decompress(member).decode("ascii").splitlines()
    if header != ORIGINAL_HEADER:
        raise SystemExit(f"The origin's header is {header!r}, not {ORIGINAL_HEADER!r}; nothing was changed.")
    return "\n".join([HEADER, *rows, ""]).encode("ascii")


if __name__ == "__main__":
    main()
