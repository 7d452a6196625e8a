"""Regenerate data/labelled_heartbeats.csv.gz (real data) from the wheel of the package sktime.

How to run it, from the top of the repository (needs pip and the network, or a wheel that you already have):

    python data/regenerate/labelled_heartbeats.py
    python data/regenerate/labelled_heartbeats.py --wheel some/where/sktime-1.2.0-….whl

Origin: sktime 1.2.0 (BSD-3-Clause), member sktime/datasets/data/mitdb/mitdb.csv: 7,500 samples of an
electrocardiogram and a label (1 from sample 6,936 to 7,287). All rows are kept, in their order, with every value as it
is written; only the header changes (data becomes ecg). The wheel lands in a temporary directory; sktime is not needed
to use the course.
"""

from gzip_file import update_gzip
from wheel import WheelFile, read_csv_rows, regenerate

__all__ = ["main", "to_csv"]

ORIGIN = WheelFile(
    "sktime==1.2.0",
    "sktime/datasets/data/mitdb/mitdb.csv",
    "d4f2539a5e85e1ac1e7f8bba152b5e60a02356282463a8a1c97848ad3e1bb386",
)
ORIGINAL_HEADER, HEADER = "data,label", "ecg,label"


def main(arguments: list[str] | None = None) -> None:
    """Fetch the wheel (or take `--wheel`), and update data/labelled_heartbeats.csv.gz."""
    regenerate(ORIGIN, "labelled_heartbeats.csv.gz", to_csv, update_gzip, arguments)


def to_csv(member: bytes) -> bytes:
    """Write the course's CSV (uncompressed): the same rows in the same order under our header."""
    rows = read_csv_rows(member, ORIGINAL_HEADER)
    return "\n".join([HEADER, *rows, ""]).encode("ascii")


if __name__ == "__main__":
    main()
