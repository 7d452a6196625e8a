"""A file that somebody else wrote as text: compressed or not, in which encoding; what is no text table is refused."""

import bz2
import codecs
import gzip
import io
import lzma
import zipfile
from contextlib import contextmanager, nullcontext

from helpers.report.errors import UnusableFile
from helpers.report.reading.workbooks import is_workbook, sheet_as_csv
from helpers.report.reading.zstd import open_zstd

__all__ = [
    "DAMAGED",
    "damaged",
    "decoded_lines",
    "find_encoding",
    "not_decodable",
    "open_text",
    "read_head",
    "zeros_at_end",
]

HEAD_BYTES = 2**18
ZEROS_AT_END = 2**16  # bytes that are looked at
COMPRESSED = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open, b"\x28\xb5\x2f\xfd": open_zstd}
DAMAGED = (EOFError, gzip.BadGzipFile, lzma.LZMAError, zipfile.BadZipFile, OSError, ValueError)
OTHER_FILES = {
    b"\xd0\xcf\x11\xe0": ("an old Excel file", "Open it in Excel and save it as CSV (UTF-8)."),
    b"\x89PNG": ("a picture (PNG)", "This report reads tables: name a CSV file."),
    b"\xff\xd8\xff": ("a picture (JPEG)", "This report reads tables: name a CSV file."),
    b"%PDF": ("a PDF document", "Take the table where the document took it from, as CSV."),
    b"\x89HDF": ("an HDF5 file", "Write its table as CSV first."),
    b"SQLite format 3": ("a SQLite database", "Write one of its tables as CSV first."),
    b"\x93NUMPY": ("a NumPy array", "Write it as CSV, with a line of column names, first."),
}
OTHER_ENCODINGS = ("cp1252", "gb18030", "shift_jis", "cp1251")
BYTE_ORDER_MARKS = {  # utf-32 before utf-16: its mark begins with the other's
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


@contextmanager
def open_text(path, encoding):
    """Open a file as text, as pandas and csv want it: the text, and the raw file below (its position tells the share).

    Parameters
    ----------
    path : Path
        Its first bytes decide on gzip, bzip2, xz, zstd, zip and Excel, not its name.
    encoding : str
    """
    with _open_bytes(path) as (stream, raw), io.TextIOWrapper(stream, encoding, newline="") as text:
        yield text, raw


def read_head(path):
    """Read the first quarter of a megabyte of the text.

    Parameters
    ----------
    path : Path

    Returns
    -------
    head : bytes
    whole : bool
        Whether that is the whole file.

    Raises
    ------
    UnusableFile
        Missing, a folder, not allowed, damaged, empty, or another kind of file.
    """
    try:
        with _open_bytes(path) as (stream, _):
            head = stream.read(HEAD_BYTES + 1)
    except UnusableFile:
        raise
    except DAMAGED as error:
        raise damaged(path, error) from None
    _refuse_other_files(path, head)
    return head[:HEAD_BYTES], len(head) <= HEAD_BYTES


def zeros_at_end(path):
    """Count the zero bytes at the end of an uncompressed file.

    Parameters
    ----------
    path : Path

    Returns
    -------
    int
        0 for the few that belong to a text in UTF-16 or UTF-32.
    """
    with _open(path) as raw:
        magic = raw.read(16)
        compressed = magic.startswith((b"PK\x03\x04", *COMPRESSED))
        return 0 if compressed else _zeros(raw)


def find_encoding(path, head):
    """Tell the encoding from the byte-order mark at the head, else UTF-8; refuse what holds zeros.

    Parameters
    ----------
    path : Path
    head : bytes

    Returns
    -------
    str
    """
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if head.startswith(mark):
            return encoding
    zeros = head.count(0)
    if zeros > 0.3 * len(head):
        order = "le" if head[1:2] == b"\0" else "be"
        raise UnusableFile(
            f"Every other byte of {path.name} is zero: UTF-16 without the mark that says so? "
            f"Then pass encoding='utf-16-{order}' (--encoding utf-16-{order})."
        )
    if zeros:
        raise UnusableFile(
            f"{path.name} is a binary file, not text (byte {head.index(0) + 1} is zero). Save the table as CSV."
        )
    return "utf-8"


def decoded_lines(path, head, whole, encoding):
    """Decode the head of a file and cut it into lines, without the last one if it may be cut off.

    Parameters
    ----------
    path : Path
    head : bytes
    whole : bool
        Whether `head` is the whole file.
    encoding : str

    Returns
    -------
    list of str
        With their line ends.
    """
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(head, final=whole)
    except LookupError:
        raise UnusableFile(
            f"There is no encoding {encoding!r}. Common ones: 'utf-8', 'cp1252', 'latin-1', 'utf-16'."
        ) from None
    except UnicodeError as error:
        raise not_decodable(path, encoding, error) from None
    lines = text.splitlines(keepends=True)
    return lines if whole or len(lines) < 2 else lines[:-1]


def damaged(path, error):
    """Make the error for a compressed file that cannot be unpacked.

    Parameters
    ----------
    path : Path
    error : Exception

    Returns
    -------
    UnusableFile
    """
    return UnusableFile(
        f"{path.name} is compressed and cannot be unpacked ({error}). Was the download cut off? Fetch it again."
    )


def not_decodable(path, encoding, error):
    """Make the error for bytes that do not fit the encoding: which line, and how it would read as cp1252.

    Parameters
    ----------
    path : Path
    encoding : str
    error : UnicodeError

    Returns
    -------
    UnusableFile
    """
    with _open_bytes(path) as (stream, _):
        for number, line in enumerate(stream, 1):
            try:
                line.decode(encoding)
            except UnicodeError:
                return _with_preview(path, encoding, number, line.strip())
    return UnusableFile(f"{path.name} is not {encoding}: {error}. Pass its encoding, such as encoding='cp1252'.")


@contextmanager
def _open_bytes(path):
    """The bytes of a file, decompressed, and the raw file below."""
    with _open(path) as raw:
        magic = raw.read(16)
        raw.seek(0)
        if is_workbook(raw):
            table = io.BytesIO(sheet_as_csv(path, raw))
            yield table, table
            return
        if magic.startswith(b"PK\x03\x04"):
            with zipfile.ZipFile(raw) as archive, archive.open(_only_member(path, archive)) as stream:
                yield stream, raw
            return
        opener = next((opener for start, opener in COMPRESSED.items() if magic.startswith(start)), None)
        with nullcontext(_up_to_zeros(raw)) if opener is None else opener(raw) as stream:
            yield stream, raw


class _UpTo(io.RawIOBase):
    """The first bytes of a file, as a file."""

    def __init__(self, raw, n_bytes):
        self.raw, self.left = raw, n_bytes

    def readable(self):
        return True

    def readinto(self, buffer):
        found = self.raw.read(min(len(buffer), self.left))
        buffer[: len(found)] = found
        self.left -= len(found)
        return len(found)


def _up_to_zeros(raw):
    """A file without the zero bytes at its end, which a logger leaves that lost its power."""
    n_zeros, size = _zeros(raw), raw.seek(0, io.SEEK_END)
    raw.seek(0)
    return io.BufferedReader(_UpTo(raw, size - n_zeros)) if n_zeros else raw


def _zeros(raw):
    size = raw.seek(0, io.SEEK_END)
    raw.seek(max(0, size - ZEROS_AT_END))
    tail = raw.read()
    n_zeros = len(tail) - len(tail.rstrip(b"\0"))
    return n_zeros if 3 < n_zeros < len(tail) else 0  # up to three end a text in UTF-16 or UTF-32


def _open(path):
    try:
        if path.is_dir():
            raise UnusableFile(f"{path} is a folder. Name one CSV file in it.")
        if not path.exists():
            raise UnusableFile(f"There is no file {path}. Check its name and the folder you are in.")
        return path.open("rb")
    except PermissionError:
        raise UnusableFile(f"{path} may not be read by you. Ask its owner for permission, or copy it.") from None


def _only_member(path, archive):
    members = [name for name in archive.namelist() if not (name.endswith("/") or name.startswith("__MACOSX"))]
    if len(members) != 1:
        raise UnusableFile(
            f"{path.name} is a zip archive of {len(members)} files, which table is meant? "
            "Unpack it and name one CSV file."
        )
    return members[0]


def _refuse_other_files(path, head):
    if not head.strip():
        raise UnusableFile(f"{path.name} is empty. Was it cut off when it was saved or downloaded?")
    for start, (kind, cure) in OTHER_FILES.items():
        if head.startswith(start):
            raise UnusableFile(f"{path.name} is {kind}, not a CSV file. {cure}")
    start = head.lstrip()[:15].lower()
    if start.startswith((b"<!doctype html", b"<html", b"<?xml")):
        raise UnusableFile(
            f"{path.name} is a web page or XML, not a CSV file. Was a page saved in place of the file that it links to?"
        )
    if start.startswith((b"[{", b"[[")) or (start.startswith(b"{") and not _holds_an_object_a_line(head)):
        raise UnusableFile(
            f"{path.name} is JSON, not a CSV file. Write it as CSV: "
            "pandas.read_json(path).to_csv('table.csv', index=False)."
        )


def _holds_an_object_a_line(head):
    first = head.lstrip().split(b"\n", 1)[0].strip()
    return first.startswith(b"{") and first.endswith(b"}")


def _with_preview(path, encoding, number, line):
    problem = f"{path.name} is not {encoding.upper()}: line {number} holds bytes that do not fit."
    others = ("utf-8",) if encoding.lower().startswith("cp") else OTHER_ENCODINGS
    previews = {other: text for other in others if (text := _decoded(line, other))}
    if not previews:
        return UnusableFile(f"{problem} Save the file as UTF-8, or pass its encoding (--encoding).")
    if len(previews) == 1 or line.isascii():
        (other, text), *_ = previews.items()
        cure = f"If that looks right, pass encoding={other!r} (--encoding {other})."
        return UnusableFile(f"{problem} Read as {other} the line is: {text} {cure}")
    likely = sorted(previews, key=lambda other: -_letters(previews[other]))
    read = "; ".join(f"as {other}: {previews[other]}" for other in likely)
    return UnusableFile(f"{problem} Read {read}. Pass the one that looks right (--encoding {likely[0]}).")


def _letters(text):
    """The share of letters among the signs beyond ASCII: a wrong encoding shows many others."""
    beyond = [char for char in text if not char.isascii()]
    return sum(char.isalpha() for char in beyond) / max(1, len(beyond))


def _decoded(line, encoding):
    """A line as it reads in an encoding, shortened; "" if it does not fit or is full of signs that nobody writes."""
    try:
        text = line.decode(encoding)
    except UnicodeError:
        return ""
    if not all(char.isprintable() or char in "\t\r\n" for char in text):
        return ""
    return text if len(text) <= 80 else text[:80] + " …"
