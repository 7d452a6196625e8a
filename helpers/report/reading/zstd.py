"""Files compressed by Zstandard, which Python reads itself from 3.14 on."""

import io

from helpers.report.reading.extras import needed

__all__ = ["open_zstd"]


def open_zstd(raw):
    """Open a compressed file as the bytes in it.

    Parameters
    ----------
    raw : open binary file

    Returns
    -------
    open binary file
    """
    return io.BufferedReader(_Zstd(needed("zstandard", raw.name, "compressed by zstd"), raw))


class _Zstd(io.RawIOBase):
    """What is decompressed, as a file; damage is told as gzip tells it."""

    def __init__(self, zstandard, raw):
        self.error = zstandard.ZstdError
        self.stream = zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True)

    def readable(self):
        return True

    def readinto(self, buffer):
        try:
            return self.stream.readinto(buffer)
        except self.error as error:
            raise EOFError(str(error)) from error
