"""What files held is remembered: a survey says the same as one that reads everything, and reads only what changed."""

from __future__ import annotations

import errno
import json
import os
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.corpus import memory
from index.errors import BadArticle
from index.survey import Survey, digest_article, read_surveyed, survey_corpus
from index.withdrawn import hash_id
from tests.conftest import HashEncoder

NAMES = ("a.jsonl", "b.jsonl", "c.md", "folder/d.jsonl", "README.md")
LATER_S = 10.0
ENCODER = HashEncoder()


def survey(folder: Path, home: Path, live: dict[str, str] | None = None, *, strict: bool = False) -> Survey:
    return survey_corpus([folder], live or {}, ENCODER, strict, lambda *_: None, home)


def write(folder: Path, name: str, *ids: str) -> Path:
    """A file of articles of these ids; the empty one makes a bad article."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    records = [{"id": i, "title": "Story", "body": f"News of {i}."} if i else {"id": "bad"} for i in ids]
    path.write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
    return path


@pytest.fixture
def later(monkeypatch):
    """Sets the clock to some seconds after all that was written."""

    def set_clock(seconds: float = LATER_S) -> None:
        shifted = SimpleNamespace(
            time=lambda: time.time() + seconds, time_ns=lambda: time.time_ns() + int(seconds * 1e9)
        )
        monkeypatch.setattr(memory, "time", shifted)

    set_clock()
    return set_clock


@pytest.fixture
def were_read(monkeypatch) -> Callable[[], list[str]]:
    """Tells which files were read since it was last asked."""
    names: list[str] = []
    read_file = memory.read_file

    def read(file):
        names.append(file.name)
        return read_file(file)

    def take() -> list[str]:
        taken = names.copy()
        names.clear()
        return taken

    monkeypatch.setattr(memory, "read_file", read)
    return take


def test_a_file_that_did_not_change_is_not_read_again(tmp_path, home, later, were_read):
    home.mkdir()
    write(tmp_path, "a.jsonl", "a", "b")
    write(tmp_path, "b.jsonl", "c", "")
    first = survey(tmp_path, home)
    assert were_read() == ["a.jsonl", "b.jsonl"]
    again = survey(tmp_path, home)
    assert were_read() == []
    assert (again.added, list(map(str, again.bad))) == (first.added, list(map(str, first.bad)))
    assert [a.id for a in read_surveyed(again)] == ["a", "b", "c"]


@pytest.mark.parametrize("change", ["longer", "same size", "touched", "in its place"])
def test_a_file_that_changed_is_read_again(tmp_path, home, later, were_read, change):
    home.mkdir()
    path = write(tmp_path, "a.jsonl", "a")
    write(tmp_path, "b.jsonl", "b")
    survey(tmp_path, home)
    were_read()
    before = path.stat()
    if change == "longer":
        write(tmp_path, "a.jsonl", "a", "longer")
    elif change == "same size":
        write(tmp_path, "a.jsonl", "c")
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    elif change == "touched":
        os.utime(path, ns=(0, 0))
    else:
        other = write(tmp_path, ".new", "c")
        os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
        other.replace(path)
    survey(tmp_path, home)
    assert were_read() == ["a.jsonl"]


@pytest.mark.parametrize(("age_s", "read_again"), [(1.0, ["a.jsonl"]), (3.0, [])])
def test_a_file_that_may_still_be_written_to_is_read_again(tmp_path, home, later, were_read, age_s, read_again):
    home.mkdir()
    changed = write(tmp_path, "a.jsonl", "a").stat().st_ctime_ns
    memory.time = SimpleNamespace(time=time.time, time_ns=lambda: changed + int(age_s * 1e9))
    survey(tmp_path, home)
    were_read()
    survey(tmp_path, home)
    assert were_read() == read_again


def test_what_is_bad_is_looked_at_again_after_an_hour(tmp_path, home, later, were_read):
    home.mkdir()
    write(tmp_path, "a.jsonl", "a")
    write(tmp_path, "b.jsonl", "b", "")
    survey(tmp_path, home)
    were_read()
    later(LATER_S + 4000)
    survey(tmp_path, home)
    assert were_read() == ["b.jsonl"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_file_that_could_not_be_read_is_tried_again(tmp_path, home, later, were_read):
    home.mkdir()
    write(tmp_path, "a.jsonl", "a")
    write(tmp_path, "b.jsonl", "b").chmod(0)
    survey(tmp_path, home)
    were_read()
    survey(tmp_path, home)
    assert were_read() == ["b.jsonl"]


@pytest.fixture
def refuse(monkeypatch) -> Callable[[Path, int], None]:
    """Lets the system refuse a file or folder from now on with an error of this number; 0 for none."""
    errors: dict[str, int] = {}

    def ask(path) -> None:
        if number := errors.get(os.fspath(path)):
            raise OSError(number, os.strerror(number), os.fspath(path))

    def open_file(path, mode):
        ask(path)
        return open(path, mode)

    list_folder = os.scandir
    monkeypatch.setattr("index.corpus.records.open", open_file, raising=False)
    monkeypatch.setattr("index.corpus.files.os.scandir", lambda path: (ask(path), list_folder(path))[1])
    return lambda path, number: errors.update({str(path): number})


@pytest.fixture
def corpus(tmp_path, home) -> Path:
    """Two files, and one in a folder that has another version of an article of them too."""
    home.mkdir()
    write(tmp_path / "corpus", "a.jsonl", "a", "")
    write(tmp_path / "corpus", "b.jsonl", "b")
    other = write(tmp_path / "corpus", "folder/c.jsonl", "c", "a")
    other.write_text(other.read_text().replace("News of a", "Other news of a"))
    return tmp_path / "corpus"


@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO, errno.ESTALE])
@pytest.mark.parametrize(("name", "changed", "removed"), [("a.jsonl", {"a"}, set()), ("folder", set(), {"c"})])
def test_articles_of_what_cannot_be_read_now_stay_as_they_are(corpus, home, refuse, name, changed, removed, number):
    live = {a.id: digest_article(a, ENCODER) for a in read_surveyed(survey(corpus, home))}
    refuse(corpus / name, number)
    for _ in range(2):
        found = survey(corpus, home, live)
        assert (found.unchanged, found.to_index, found.removed) == ({"a", "b", "c"}, set(), set())
        assert f"{corpus / name}: cannot be read: {os.strerror(number)}" in map(str, found.bad)
    refuse(corpus / name, 0)
    (corpus / name).rename(corpus.parent / "elsewhere")
    found = survey(corpus, home, live)
    assert (found.changed, found.removed) == (changed, removed)


def test_articles_of_a_file_that_is_gone_when_it_is_read_do_not_stay(corpus, home, refuse):
    live = {a.id: digest_article(a, ENCODER) for a in read_surveyed(survey(corpus, home))}
    refuse(corpus / "b.jsonl", errno.ENOENT)
    assert survey(corpus, home, live).removed == {"b"}


def test_articles_that_are_not_live_as_they_were_last_found_do_not_stay(corpus, home, refuse):
    live = {a.id: digest_article(a, ENCODER) for a in read_surveyed(survey(corpus, home))}
    refuse(corpus / "b.jsonl", errno.EIO)
    assert survey(corpus, home, live | {"b": "of another encoder"}).removed == {"b"}


def test_an_article_that_was_purged_does_not_stay(corpus, home, refuse):
    live = {a.id: digest_article(a, ENCODER) for a in read_surveyed(survey(corpus, home))}
    refuse(corpus / "b.jsonl", errno.EIO)
    found = survey_corpus([corpus], live, ENCODER, False, lambda *_: None, home, {hash_id("b")})
    assert found.removed == {"b"}


def test_another_encoder_and_other_ways_of_reading_begin_anew(tmp_path, home, later, were_read, monkeypatch):
    home.mkdir()
    write(tmp_path, "a.jsonl", "a")
    survey(tmp_path, home)
    were_read()
    survey_corpus([tmp_path], {}, HashEncoder("other"), False, lambda *_: None, home)
    assert were_read() == ["a.jsonl"]
    monkeypatch.setattr(memory, "_reading", lambda: "otherwise")
    survey_corpus([tmp_path], {}, HashEncoder("other"), False, lambda *_: None, home)
    assert were_read() == ["a.jsonl"]


def test_a_damaged_memory_begins_anew(tmp_path, home, later, were_read):
    home.mkdir()
    write(tmp_path, "a.jsonl", "a")
    survey(tmp_path, home)
    for file in home.glob("files.sqlite*"):
        file.write_bytes(b"no database" * 1000)
    assert survey(tmp_path, home).added == {"a"}
    were_read()
    survey(tmp_path, home)
    assert were_read() == []


def test_a_home_that_cannot_be_written_to_costs_time_alone(tmp_path, later):
    write(tmp_path, "a.jsonl", "a")
    assert survey(tmp_path, tmp_path / "nowhere").added == {"a"}


def test_a_survey_that_was_stopped_remembers_what_it_had_read(tmp_path, home, later, were_read):
    home.mkdir()
    write(tmp_path, "a.jsonl", "a")
    write(tmp_path, "b.jsonl", "")
    with pytest.raises(BadArticle):
        survey(tmp_path, home, strict=True)
    were_read()
    survey(tmp_path, home)
    assert were_read() == ["b.jsonl"]


def test_files_that_are_gone_are_forgotten(tmp_path, home, later, were_read):
    home.mkdir()
    path = write(tmp_path, "a.jsonl", "a")
    write(tmp_path, "b.jsonl", "b")
    survey(tmp_path, home)
    hidden = path.rename(tmp_path / ".a")
    survey(tmp_path, home)
    hidden.rename(path)
    were_read()
    survey(tmp_path, home)
    assert were_read() == ["a.jsonl"]


def test_only_files_with_articles_to_index_are_read_for_them(tmp_path, home, later):
    home.mkdir()
    write(tmp_path, "a.jsonl", "a", "b")
    write(tmp_path, "b.jsonl", "c", "d")
    live = {a.id: digest_article(a, ENCODER) for a in read_surveyed(survey(tmp_path, home))}
    write(tmp_path, "c.jsonl", "d", "e")
    found = survey(tmp_path, home, live)
    assert [file.name for file in found.files] == ["c.jsonl"]
    assert [a.id for a in read_surveyed(found)] == ["e"]


# Whatever happens to the files

articles = st.lists(st.sampled_from(["a", "b", "c", "d", ""]), max_size=3)
steps = st.one_of(
    st.tuples(st.just("write"), st.sampled_from(NAMES), articles),
    st.tuples(st.just("remove"), st.sampled_from(NAMES)),
    st.tuples(st.just("rename"), st.sampled_from(NAMES), st.sampled_from(NAMES)),
    st.tuples(st.just("build")),
)


@given(st.lists(steps, min_size=2, max_size=12))
@settings(max_examples=40)
def test_a_survey_from_memory_says_what_one_without_says(later_always, scratch, given_steps):
    with tempfile.TemporaryDirectory(dir=scratch) as name:
        folder, home = Path(name) / "corpus", Path(name) / "home"
        home.mkdir()
        write(folder, "z.jsonl", "z")
        live: dict[str, str] = {}
        for number, step in enumerate(given_steps):
            _take(folder, number, step)
            kept = survey(folder, home, live)
            anew = survey(folder, Path(name) / "none", live)
            assert _told(kept) == _told(anew)
            if step[0] == "build":
                live = {i: d for i, d in live.items() if i in kept.unchanged}
                live |= {a.id: digest_article(a, ENCODER) for a in read_surveyed(kept)}


@pytest.fixture(scope="module")
def scratch() -> Path | None:
    """Where files are written to without waiting for a disk."""
    memory_disk = Path("/dev/shm")
    return memory_disk if os.access(memory_disk, os.W_OK) else None


@pytest.fixture(scope="module")
def later_always():
    """For all examples of one test, what `later` sets."""
    with pytest.MonkeyPatch.context() as patch:
        shift = int(LATER_S * 1e9)
        patch.setattr(memory, "time", SimpleNamespace(time=time.time, time_ns=lambda: time.time_ns() + shift))
        yield


def _take(folder: Path, number: int, step: tuple) -> None:
    """Do one step; each time a file is written it gets another size, for its time may be the same."""
    if step[0] == "write":
        path = write(folder, step[1], *step[2])
        with path.open("a", encoding="utf-8") as lines:
            lines.write("\n" * (number + 1) if path.suffix == ".jsonl" else f"\n\nNote {'x' * number}.")
    elif step[0] == "remove":
        (folder / step[1]).unlink(missing_ok=True)
    elif step[0] == "rename" and (folder / step[1]).exists() and (folder / step[2]).parent.is_dir():
        (folder / step[1]).replace(folder / step[2])


def _told(found: Survey) -> tuple:
    wanted = [(a.id, digest_article(a, ENCODER)) for a in read_surveyed(found)]
    return found.added, found.changed, found.removed, found.unchanged, list(map(str, found.bad)), wanted


def test_many_may_open_a_new_file_at_once(tmp_path, monkeypatch):
    deleted: list[Path] = []
    monkeypatch.setattr(Path, "unlink", lambda path, **_: deleted.append(path))
    for n in range(20):
        barrier, path = Barrier(4), tmp_path / f"{n}.sqlite"

        def use(_: int, barrier: Barrier = barrier, path: Path = path) -> str:
            barrier.wait()
            with memory.FileMemory(path, lambda article: article.id, "test") as opened:
                (_, _, file) = opened._db.execute("PRAGMA database_list").fetchone()
                return str(file)

        with ThreadPoolExecutor(4) as pool:
            assert set(pool.map(use, range(4))) == {str(path)}
    assert deleted == []
