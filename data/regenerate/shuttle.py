"""Regenerate data/shuttle.csv.gz (real data) from the wheel of the package river.

How to run it, from the top of the repository (needs pip and the network, or a wheel that you already have):

    python data/regenerate/shuttle.py
    python data/regenerate/shuttle.py --wheel some/where/river-0.26.1-….whl

Origin: river 0.26.1 (BSD-3-Clause), member river/datasets/shuttle.csv.gz, which is UCI's Statlog (Shuttle)
cast as an anomaly-detection problem. All 49,097 rows are kept, in their order, with every value; only the
header changes (f1..f9 become sensor_1..sensor_9, anomaly becomes label). The wheel lands in a temporary
directory; river is not needed to use the course.
"""

import gzip

from gzip_file import update_gzip
from wheel import WheelFile, read_csv_rows, regenerate

__all__ = ["main", "to_csv"]

ORIGIN = WheelFile(
    "river==0.26.1", "river/datasets/shuttle.csv.gz", "1ed4bfa77233d95bff2c8ab2482725d2d800410daedf5919ad80ec6faf60ff59"
)
ORIGINAL_HEADER = ",".join([f"f{i}" for i in range(1, 10)] + ["anomaly"])
HEADER = ",".join([f"sensor_{i}" for i in range(1, 10)] + ["label"])


def main(arguments: list[str] | None = None) -> None:
    """Fetch the wheel (or take `--wheel`), and update data/shuttle.csv.gz."""
    regenerate(ORIGIN, "shuttle.csv.gz", to_csv, update_gzip, arguments)


def to_csv(member: bytes) -> bytes:
    """Write the course's CSV (uncompressed): the same rows in the same order under our header."""
    rows = read_csv_rows(gzip.decompress(member), ORIGINAL_HEADER)
    return "\n".join([HEADER, *rows, ""]).encode("ascii")


if __name__ == "__main__":
    main()
