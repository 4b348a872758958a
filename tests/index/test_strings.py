"""Strings in files, read by their rows and found by what they are."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.strings import Strings, write_strings

TEXTS = ["bridge", "", "Brücke 桥", "bridge", "ferry\n🚢"]


def write(folder: Path, texts: list[str]) -> Strings:
    write_strings(folder / "names", texts)
    return Strings.open(folder / "names")


def test_strings_come_back_in_their_order(tmp_path):
    strings = write(tmp_path, TEXTS)
    assert list(strings) == [strings[row] for row in range(len(strings))] == TEXTS


def test_strings_are_found_by_what_they_are(tmp_path):
    found = write(tmp_path, TEXTS).find(["ferry\n🚢", "tunnel", "", "Brücke 桥"])
    assert found.tolist() == [4, -1, 1, 2]


def test_one_that_is_there_twice_is_found_in_one_of_its_rows(tmp_path):
    assert write(tmp_path, TEXTS).find(["bridge"]).tolist() in ([0], [3])


@given(st.lists(st.text(st.characters(), max_size=5)), st.lists(st.text("ab", max_size=2)))
def test_whatever_they_are_they_are_found_where_they_are(texts, others):
    with TemporaryDirectory() as folder:
        strings = write(Path(folder), texts)
        assert list(strings) == texts
        for text, row in zip(texts + others, strings.find(texts + others).tolist(), strict=True):
            assert strings[row] == text if text in texts else row == -1


def test_of_none_nothing_is_found(tmp_path):
    strings = write(tmp_path, [])
    assert (len(strings), list(strings), strings.find(["bridge"]).tolist()) == (0, [], [-1])


def test_nothing_is_found_among_strings_by_no_string(tmp_path):
    assert write(tmp_path, TEXTS).find([]).tolist() == []


def test_strings_that_only_share_a_hash_are_not_taken_for_one_another(tmp_path, monkeypatch):
    monkeypatch.setattr("index.strings._hash", lambda texts: np.zeros(len(list(texts)), dtype=np.uint64))
    assert write(tmp_path, ["bridge"]).find(["ferry"]).tolist() == [-1]


def test_hashes_of_some_rows_are_equal_where_the_strings_are(tmp_path):
    strings = write(tmp_path, TEXTS)
    hashes = strings.hashes(np.array([True, False, False, True, True]))
    assert len(hashes) == 3
    assert len(np.unique(hashes)) == 2


@pytest.mark.parametrize("name", ["names.npy", "names-text.npy"])
@pytest.mark.parametrize("left", [None, 0, 40, -1])
def test_a_file_that_is_missing_or_cut_off_is_told(tmp_path, name, left):
    write(tmp_path, TEXTS)
    path = tmp_path / name
    content = path.read_bytes()
    path.unlink()
    if left is not None:
        path.write_bytes(content[:left])
    with pytest.raises((OSError, ValueError, EOFError)):
        Strings.open(tmp_path / "names")


def test_texts_of_others_are_told(tmp_path):
    write(tmp_path, TEXTS)
    text = (tmp_path / "names-text.npy").read_bytes()
    write(tmp_path, [*TEXTS, "more"])
    (tmp_path / "names-text.npy").write_bytes(text)
    with pytest.raises(ValueError, match="do not fit"):
        Strings.open(tmp_path / "names")
