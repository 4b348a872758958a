"""Bodies decompressed as they come, and never more of them held than is wanted."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.feeds.body import Body, BodyRefused, BodyTooLarge

TEXT = b"The harbour bridge opened. " * 10_000


def read(encoding: str, sent: bytes, size: int = 1000, max_bytes: int = 1_000_000) -> bytes:
    body = Body(encoding, max_bytes)
    for start in range(0, len(sent), size):
        body.add(sent[start : start + size])
    return body.finish()


def deflate_raw(text: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(text) + packer.flush()


ENCODED = {
    "": TEXT,
    "identity": TEXT,
    "gzip": gzip.compress(TEXT),
    "x-gzip": gzip.compress(TEXT[:99]) + gzip.compress(TEXT[99:]) + bytes(20),
    "deflate": zlib.compress(TEXT),
}


@pytest.mark.parametrize("size", [1, 7, 65536])
@pytest.mark.parametrize("encoding", ENCODED)
def test_a_body_is_the_same_however_it_comes(encoding: str, size: int):
    assert read(encoding, ENCODED[encoding], size) == TEXT


@given(st.binary(max_size=300), st.integers(1, 50))
def test_deflate_is_read_with_or_without_its_head(text: bytes, size: int):
    assert read("deflate", zlib.compress(text), size) == text
    assert read("deflate", deflate_raw(text), size) == text


@pytest.mark.parametrize("n_bytes", range(65536, 65536 + 300, 7))
def test_what_the_inflater_holds_at_the_end_is_not_lost(n_bytes: int):
    assert read("deflate", deflate_raw(bytes(n_bytes))) == bytes(n_bytes)


def test_an_empty_body_needs_no_compression():
    assert read("gzip", b"") == b""


@pytest.mark.parametrize("encoding", ENCODED)
def test_a_body_may_fill_what_is_wanted_and_no_more(encoding: str):
    assert read(encoding, ENCODED[encoding], max_bytes=len(TEXT)) == TEXT
    with pytest.raises(BodyTooLarge):
        read(encoding, ENCODED[encoding], max_bytes=len(TEXT) - 1)


def test_a_bomb_is_stopped_while_it_is_decompressed():
    bomb = gzip.compress(bytes(20_000_000), 9)
    body = Body("gzip", 300_000)
    tracemalloc.start()
    with pytest.raises(BodyTooLarge):
        body.add(bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(body.content) == 300_000
    assert peak < 1_000_000


def test_members_that_hold_nothing_do_not_go_on_for_ever():
    with pytest.raises(BodyTooLarge):
        read("gzip", gzip.compress(b"") * 1000, max_bytes=10_000)


@pytest.mark.parametrize(
    ("encoding", "sent", "reason"),
    [
        ("br", b"", "'br', which was not asked for"),
        ("gzip, gzip", b"", "which was not asked for"),
        ("gzip", b"<html>", "cannot be decompressed"),
        ("gzip", ENCODED["gzip"][:-9], "breaks off"),
        ("deflate", b"\xff\xff\xff", "cannot be decompressed"),
    ],
)
def test_a_body_that_is_not_what_it_says_is_refused(encoding: str, sent: bytes, reason: str):
    with pytest.raises(BodyRefused, match=reason):
        read(encoding, sent)
