"""Bytes of the web as text, whatever charset they claim to be in; pure."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

_MARKS = (  # the longer first: that of UTF-32 begins like that of UTF-16
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9._-]{2,40})""", re.IGNORECASE)
_HEAD_BYTES = 2048
_WIDER = {  # as browsers read these names
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
_IN_ASCII = frozenset({"utf-7", "hz"})
"""Charsets that hide letters in ASCII, which no news site uses and some attacks do."""


def decode_text(body: bytes, charset: str = "") -> str:
    """The text of a page or feed, without a byte order mark.

    What is UTF-8 throughout is read as that, whatever it claims: text in another charset is so by accident only.

    Args:
        charset: As the answer named it; the body's own claim comes second.
    """
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body.decode(name, "replace").removeprefix("\ufeff")
    claims = list(dict.fromkeys(_find_claims(body, charset)))
    for name in claims if body.isascii() else ["utf-8", *claims]:
        try:
            return body.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    name = next((name for name in claims if name != "utf-8"), "cp1252")
    return _choose(body.decode("utf-8", "replace"), body.decode(name, "replace"))


def _choose(as_utf8: str, otherwise: str) -> str:
    """UTF-8 with some damage is still UTF-8; where most of what is not ASCII is damaged, it never was."""
    n_damaged = as_utf8.count("\ufffd")
    n_whole = sum(not c.isascii() for c in as_utf8) - n_damaged
    return as_utf8 if n_damaged <= n_whole else otherwise


def _find_claims(body: bytes, charset: str) -> Iterator[str]:
    declared = (match.decode("ascii") for match in _DECLARED.findall(body[:_HEAD_BYTES]))
    for claim in (charset, *declared):
        try:
            name = codecs.lookup(claim).name
            b"".decode(name)
        except (LookupError, ValueError):
            continue
        is_wide = name.startswith(("utf-16", "utf-32"))  # then the mark or a zero byte would show
        if name not in _IN_ASCII and not (is_wide and b"\0" not in body):
            yield _WIDER.get(name, name)
