"""The body of a response as it comes, decompressed, and never more of it held than is wanted."""

from __future__ import annotations

import zlib
from io import BytesIO

_STEP = 65536
_GZIP, _ZLIB, _RAW = 31, 15, -15  # zlib's names for its formats
_GZIP_START = b"\x1f"


class BodyRefused(Exception):
    """A body in an encoding that was not asked for, or that is not what it says."""


class BodyTooLarge(Exception):
    """A body of which enough has come."""


class Body:
    """What has come of a body."""

    def __init__(self, encoding: str, max_bytes: int) -> None:
        """Expect a body in a Content-Encoding: none, gzip or deflate.

        Raises:
            BodyRefused: It is another.
        """
        if encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise BodyRefused(f"is sent in the encoding {encoding[:40]!r}, which was not asked for")
        self._held = BytesIO()
        self._max_bytes = max_bytes
        self._n_came = 0
        self._format = 0 if encoding in ("", "identity") else _ZLIB if encoding == "deflate" else _GZIP
        self._inflater = zlib.decompressobj(self._format or _ZLIB)

    @property
    def content(self) -> bytes:
        """All that is held."""
        return self._held.getvalue()

    def add(self, piece: bytes) -> None:
        """Take what has come.

        Raises:
            BodyTooLarge: It was more than is wanted, as sent or decompressed; the wanted part is held.
            BodyRefused: It cannot be decompressed.
        """
        is_first = not self._n_came
        self._n_came += len(piece)
        if not self._format:
            self._hold(piece)
            return
        if self._format == _ZLIB and is_first and not _is_zlib(piece):
            self._inflater = zlib.decompressobj(_RAW)  # some servers take "deflate" at its word
        try:
            self._inflate(piece)
        except zlib.error as e:
            raise BodyRefused(f"cannot be decompressed ({e})") from None
        if self._n_came > self._max_bytes:
            raise BodyTooLarge

    def finish(self) -> bytes:
        """The whole body.

        Raises:
            BodyRefused: The compressed data have no end.
        """
        if self._format and self._n_came and not self._inflater.eof:
            raise BodyRefused("breaks off within its compressed data")
        return self.content

    def _inflate(self, piece: bytes) -> None:
        n_out = 0
        while piece or n_out == _STEP:  # a full step may leave more within the inflater
            if self._inflater.eof:
                if self._format != _GZIP or not piece.startswith(_GZIP_START):
                    return  # padding after the end
                self._inflater = zlib.decompressobj(_GZIP)
            out = self._inflater.decompress(piece, _STEP)
            self._hold(out)
            n_out = len(out)
            piece = self._inflater.unconsumed_tail or self._inflater.unused_data

    def _hold(self, piece: bytes) -> None:
        room = self._max_bytes - self._held.tell()
        self._held.write(piece[:room])
        if len(piece) > room:
            raise BodyTooLarge


def _is_zlib(piece: bytes) -> bool:
    return piece[0] & 0x0F == 8 and (len(piece) < 2 or int.from_bytes(piece[:2], "big") % 31 == 0)
