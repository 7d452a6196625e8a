"""Write a data file of the course: deterministic gzip, never half-written, untouched when nothing changed."""

import gzip
import hashlib
import io
import os
from pathlib import Path

__all__ = ["DATA_DIR", "update_gzip", "write_file"]

DATA_DIR = Path(__file__).resolve().parent.parent


def update_gzip(path: Path, content: bytes) -> str:
    """Store uncompressed bytes in a gzip file.

    The same content compresses to other bytes under another zlib, so a file that already holds this content
    is left alone and its checksum stays true.

    Parameters
    ----------
    path : Path
    content : bytes

    Returns
    -------
    str
        A sentence on what was done.
    """
    if path.exists() and _holds(path, content):
        return f"{path.name} already holds exactly this content; left as it is."
    return write_file(path, _compress(content))


def write_file(path: Path, packed: bytes) -> str:
    """Replace a file by these bytes, all or nothing.

    Parameters
    ----------
    path : Path
    packed : bytes

    Returns
    -------
    str
        A sentence that holds their SHA-256.
    """
    _replace(path, packed)
    digest = hashlib.sha256(packed).hexdigest()
    return (
        f"{path.name} written ({len(packed):,} bytes); put {digest} into data/SHA256SUMS "
        f"and into its card in data/README.md."
    )


def _holds(path: Path, content: bytes) -> bool:
    try:
        return gzip.decompress(path.read_bytes()) == content
    except (OSError, EOFError):  # a damaged file is replaced
        return False


def _compress(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=buffer, mtime=0) as file:
        file.write(content)
    return buffer.getvalue()


def _replace(path: Path, packed: bytes) -> None:
    temporary = path.with_name(path.name + ".new")
    try:
        temporary.write_bytes(packed)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
