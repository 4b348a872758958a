"""Builds: what is read, what is encoded, what readers see, and what a killed build leaves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Event
from types import SimpleNamespace

import pytest
from filelock import FileLock

import index.build
import index.embedding
import index.selfcheck
import index.task
from index.build import build_index, drop_index
from index.errors import BadArticle, BuildBusy, CorpusMissing, IndexMismatch, IndexMissing, NewsdeskError
from index.reader import Reader
from index.store import Store

ROOT = Path(__file__).resolve().parents[2]
OPEN_FILES = Path("/proc/self/fd")
WORDS = ("bridge", "giraffe", "football", "election", "storm", "trial")


def fill(newsroom, *words: str) -> None:
    """One article of one passage for each word, which is also its id."""
    for word in words:
        newsroom.write(word, f"On Monday there was news of the {word}.")


def counts(report) -> tuple[int, int, int, int]:
    return report.added, report.changed, report.removed, report.unchanged


def interrupt_at(encoder, word: str) -> None:
    def stop(texts):
        if any(word in text for text in texts):
            raise KeyboardInterrupt

    encoder.on_encode = stop


def go_on(encoder) -> None:
    encoder.on_encode = lambda texts: None
    encoder.encoded.clear()


@pytest.fixture
def one_by_one(monkeypatch):
    """Passages are stored after each article, not after a thousand."""
    monkeypatch.setattr(index.embedding, "_WINDOW", 1)


# What the index holds


def test_a_build_indexes_exactly_the_articles(newsroom):
    fill(newsroom, *WORDS)
    report = newsroom.build()
    assert (report.articles, report.passages, report.embedded, report.skipped) == (6, 6, 6, 0)
    assert counts(report) == (6, 0, 0, 0)
    assert newsroom.find("news") == set(WORDS)


def test_a_passage_is_encoded_with_its_context_and_stored_without(newsroom, encoder):
    newsroom.write("a", "The harbour bridge opened.", title="Bridge", source="Paper")
    newsroom.build()
    assert encoder.encoded == ["Bridge\nPaper, 17 April 2025\nThe harbour bridge opened."]
    assert newsroom.search("bridge")[0].passage.text == "The harbour bridge opened."


def test_only_words_of_title_and_text_are_looked_up(newsroom):
    newsroom.write("a", "The harbour bridge opened.", title="Engineering", source="Paper")
    newsroom.build()
    found = {token: rows for token, rows, _ in newsroom.open().match_words({"engin": 1.0, "paper": 1.0})}
    assert found["engin"].tolist() == [0]
    assert not len(found["paper"])


def test_metadata_of_an_article_come_with_its_hits(newsroom):
    newsroom.write("a", "Eine Brücke.", title="Brücke", source="Zeitung", language="de", url="https://a.example/1")
    newsroom.build()
    hit = newsroom.search("Brücke")[0]
    assert (hit.title, hit.source, hit.language, hit.url) == ("Brücke", "Zeitung", "de", "https://a.example/1")
    assert hit.published_at.isoformat() == "2025-04-17T12:00:00+00:00"


def test_an_article_without_a_date_is_kept(newsroom):
    newsroom.write("a", "The harbour bridge opened.", published_at=None)
    assert newsroom.build().articles == 1
    assert newsroom.search("bridge")[0].published_at is None


def test_several_paths_make_one_index(newsroom):
    fill(newsroom, "bridge", "giraffe", "storm")
    report = newsroom.build(newsroom.folder / "bridge.jsonl", newsroom.folder / "storm.jsonl")
    assert report.articles == 2
    assert newsroom.find("news") == {"bridge", "storm"}


def test_the_manifest_tells_what_the_index_was_built_from_and_by(newsroom, store, encoder):
    fill(newsroom, "bridge")
    report = newsroom.build()
    live = store.live()
    assert (live.generation, live.encoder, live.fingerprint) == (report.generation, "hash", encoder.fingerprint)
    assert (live.paths, live.n_articles, live.n_passages) == ((str(newsroom.folder),), 1, 1)


def test_a_build_tells_its_progress(newsroom, store, encoder):
    fill(newsroom, *WORDS)
    told = []
    build_index(store, encoder, [newsroom.folder], recorded=[], on_progress=lambda *p: told.append(p))
    assert told[:6] == [("reading", n, None) for n in range(1, 7)]
    assert ("encoding", 6, 6) in told


def test_articles_are_read_while_others_are_encoded(newsroom, encoder, one_by_one, monkeypatch):
    fill(newsroom, "bridge", "giraffe")
    both_read, count_tokens = Event(), encoder.count_tokens

    def count(texts):
        if any("giraffe" in text for text in texts):
            both_read.set()
        return count_tokens(texts)

    monkeypatch.setattr(encoder, "count_tokens", count)
    was_read = []
    encoder.on_encode = lambda texts: was_read.append(both_read.wait(60))
    newsroom.build()
    assert was_read == [True, True]


def test_a_build_tells_how_much_of_its_time_the_encoder_was_at_work(newsroom, encoder, monkeypatch):
    clock = iter([0.0, 1.0, 3.0, 8.0])
    for module in ("build", "embedding"):
        monkeypatch.setattr(f"index.{module}.time", SimpleNamespace(monotonic=lambda: next(clock)))
    fill(newsroom, *WORDS)
    report = newsroom.build()
    assert (report.seconds, report.encoder_busy) == (8.0, 0.25)
    monkeypatch.undo()
    assert newsroom.build().encoder_busy == 0.0


# Building again


def test_a_purge_that_cannot_be_finished_holds_no_build_up(newsroom, store, monkeypatch, caplog):
    fill(newsroom, "bridge", "giraffe")
    newsroom.build()

    def fail() -> None:
        raise NewsdeskError("deleted text is still on the disk")

    store.withdrawn.add(["giraffe"])
    with monkeypatch.context() as patch:
        patch.setattr("index.purge._GRACE_S", 0.0)
        patch.setattr(store, "erase_deleted", fail)
        fill(newsroom, "storm")
        newsroom.build()
    assert newsroom.find("news") == {"bridge", "storm"}
    assert "a purge is not finished" in caplog.text
    assert "deleted text is still on the disk" in caplog.text
    newsroom.build()
    assert not store.withdrawn.is_unfinished


def test_a_build_that_nobody_asked_for_does_not_take_out_a_third_of_the_articles(newsroom, store, encoder):
    ids = [f"story{n}" for n in range(63)]
    fill(newsroom, *ids)
    newsroom.build()
    paths = {"paths": [newsroom.folder], "recorded": [str(newsroom.folder)]}
    for article_id in ids[:22]:
        newsroom.remove(article_id)
    with pytest.raises(NewsdeskError, match=r"22 of 63 articles are missing, story0 .* `newsdesk index build`"):
        build_index(store, encoder, **paths, asked_for=False)
    assert store.live_generation() == "000001"
    fill(newsroom, ids[0])
    assert build_index(store, encoder, **paths, asked_for=False).removed == 21
    for article_id in ids[22:62]:
        newsroom.remove(article_id)
    assert build_index(store, encoder, **paths).removed == 40


def test_of_a_few_articles_all_may_go_but_one(newsroom, store, encoder):
    fill(newsroom, *WORDS)
    newsroom.build()
    for word in WORDS[1:]:
        newsroom.remove(word)
    assert build_index(store, encoder, [newsroom.folder], recorded=[], asked_for=False).removed == 5


def test_a_build_from_the_last_paths_does_not_undo_one_from_others(newsroom, store, encoder):
    fill(newsroom, "bridge", "giraffe")
    newsroom.build()
    last = store.live().paths
    newsroom.build(newsroom.folder / "bridge.jsonl")
    with pytest.raises(BuildBusy, match="built this index from other paths; run it again"):
        build_index(store, encoder, [newsroom.folder], recorded=last, again=True)
    assert newsroom.find("news") == {"bridge"}


def test_an_unchanged_build_encodes_nothing_and_makes_no_generation(newsroom, store, encoder):
    fill(newsroom, *WORDS)
    first = newsroom.build()
    encoder.encoded.clear()
    second = newsroom.build()
    assert encoder.encoded == []
    assert (second.generation, second.embedded, counts(second)) == (first.generation, 0, (0, 0, 0, 6))
    assert store.generations() == [first.generation]


def test_only_an_added_article_is_encoded(newsroom, encoder):
    fill(newsroom, *WORDS)
    newsroom.build()
    encoder.encoded.clear()
    fill(newsroom, "volcano")
    report = newsroom.build()
    assert (report.embedded, len(encoder.encoded), counts(report)) == (1, 1, (1, 0, 0, 6))
    assert newsroom.find("news") == {*WORDS, "volcano"}


def test_a_removed_article_is_found_no_more(newsroom, encoder):
    fill(newsroom, *WORDS)
    newsroom.build()
    encoder.encoded.clear()
    newsroom.remove("giraffe")
    report = newsroom.build()
    assert (report.articles, report.passages, counts(report)) == (5, 5, (0, 0, 1, 5))
    assert encoder.encoded == []
    assert newsroom.find("giraffe news") == set(WORDS) - {"giraffe"}


def test_a_changed_article_is_found_by_its_new_text_alone(newsroom):
    fill(newsroom, *WORDS)
    newsroom.build()
    newsroom.write("giraffe", "An elephant was born.")
    report = newsroom.build()
    assert (report.articles, report.embedded, counts(report)) == (6, 1, (0, 1, 0, 5))
    texts = [h.passage.text for h in newsroom.search("giraffe elephant") if h.passage.article_id == "giraffe"]
    assert texts == ["An elephant was born."]


@pytest.mark.parametrize("change", [{"url": "https://a.example/1"}, {"section": "city"}, {"language": "de"}])
def test_a_change_of_what_is_not_encoded_encodes_nothing(newsroom, encoder, change):
    newsroom.write("a", "The harbour bridge opened.")
    newsroom.build()
    encoder.encoded.clear()
    newsroom.write("a", "The harbour bridge opened.", **change)
    report = newsroom.build()
    assert (report.changed, report.embedded, encoder.encoded) == (1, 0, [])


def test_only_the_changed_passage_of_an_article_is_encoded(newsroom, encoder):
    long = "the harbour bridge opened in heavy rain again and again " * 3
    newsroom.write("a", long + "first.", long + "second.")
    assert newsroom.build().passages == 2
    encoder.encoded.clear()
    newsroom.write("a", long + "first.", long + "third.")
    report = newsroom.build()
    assert report.embedded == 1
    assert [text[-6:] for text in encoder.encoded] == ["third."]


def test_an_article_that_comes_back_is_not_encoded_again_while_a_generation_keeps_it(newsroom, encoder):
    fill(newsroom, *WORDS)
    newsroom.build()
    newsroom.remove("giraffe")
    newsroom.build()
    encoder.encoded.clear()
    fill(newsroom, "giraffe")
    report = newsroom.build()
    assert (report.added, report.embedded) == (1, 0)
    assert newsroom.search("giraffe")[0].passage.article_id == "giraffe"


def test_nothing_is_encoded_where_articles_moved_to_another_folder(newsroom, store, encoder, tmp_path):
    fill(newsroom, *WORDS)
    newsroom.build()
    encoder.encoded.clear()
    newsroom.folder = newsroom.folder.rename(tmp_path / "moved")
    report = newsroom.build()
    assert (report.embedded, counts(report)) == (0, (0, 0, 0, 6))
    assert store.live().paths == (str(tmp_path / "moved"),)
    assert newsroom.find("news") == set(WORDS)


def test_nothing_is_encoded_where_an_article_got_another_id(newsroom, encoder):
    newsroom.write("a", "The harbour bridge opened.")
    newsroom.build()
    encoder.encoded.clear()
    newsroom.remove("a")
    newsroom.write("b", "The harbour bridge opened.")
    assert newsroom.build().embedded == 0
    assert newsroom.find("bridge") == {"b"}


def test_a_text_that_comes_twice_is_encoded_once(newsroom, encoder):
    newsroom.write("a", "The harbour bridge opened.")
    newsroom.write("b", "The harbour bridge opened.")
    report = newsroom.build()
    assert (report.passages, report.embedded, len(encoder.encoded)) == (2, 1, 1)
    assert newsroom.find("bridge") == {"a", "b"}


def test_another_encoder_encodes_all_anew(newsroom, store, make_encoder):
    fill(newsroom, *WORDS)
    newsroom.build()
    newsroom.encoder = make_encoder("other", dim=32)
    newsroom.reader = Reader(store, newsroom.encoder)
    report = newsroom.build()
    assert (report.articles, report.embedded, report.changed) == (6, 6, 6)
    assert newsroom.find("news") == set(WORDS)


# Segments


def test_small_segments_are_merged(newsroom, store, encoder):
    fill(newsroom, "bridge", "giraffe")
    newsroom.build()
    fill(newsroom, "storm", "trial")
    report = newsroom.build()
    assert report.embedded == 2
    assert [s.n_passages for s in store.live().segments] == [4]
    assert newsroom.find("news") == {"bridge", "giraffe", "storm", "trial"}


def test_a_large_segment_is_left_as_it_is(newsroom, store):
    fill(newsroom, *WORDS)
    newsroom.build()
    fill(newsroom, "volcano")
    newsroom.build()
    assert sorted(s.n_passages for s in store.live().segments) == [1, 6]


def test_the_number_of_segments_grows_slowly(newsroom, store):
    for n in range(12):
        fill(newsroom, f"volcano{n}")
        newsroom.build()
    assert len(store.live().segments) <= 4
    assert len(newsroom.find("news")) == 12


def test_a_segment_that_is_mostly_removed_is_written_anew(newsroom, store):
    fill(newsroom, *WORDS)
    newsroom.build()
    for word in WORDS[2:]:
        newsroom.remove(word)
    newsroom.build()
    assert [(s.n_passages, s.removed) for s in store.live().segments] == [(2, frozenset())]
    assert newsroom.find("news") == set(WORDS[:2])


def test_no_segment_grows_beyond_its_cap_and_no_article_is_divided(newsroom, store, one_by_one, monkeypatch):
    monkeypatch.setattr(index.task, "MAX_SEGMENT_PASSAGES", 5)
    monkeypatch.setattr("index.merge._WINDOW", 1)
    long = "the harbour bridge opened in heavy rain again and again " * 3
    for n in range(9):
        newsroom.write(f"a{n}", long + f"first {n}.", long + f"second {n}.")
        if n in (0, 1, 5, 8):
            newsroom.build()
            assert max(ref.n_passages for ref in store.live().segments) <= 5
    newsroom.remove("a0")
    assert newsroom.build().passages == 16
    assert max(ref.n_passages for ref in store.live().segments) <= 5
    generation = newsroom.open()
    assert [len(generation.paragraphs_of(f"a{n}")) for n in range(1, 9)] == [2] * 8


def test_an_article_beyond_the_cap_is_a_segment_of_its_own(newsroom, store, one_by_one, monkeypatch):
    monkeypatch.setattr(index.task, "MAX_SEGMENT_PASSAGES", 2)
    newsroom.write("a", "A giraffe was born.")
    newsroom.write("b", *(f"{'the harbour bridge opened in heavy rain again and again ' * 3} {n}." for n in range(4)))
    newsroom.write("c", "A storm came.")
    newsroom.build()
    assert sorted(ref.n_passages for ref in store.live().segments) == [1, 1, 4]


def test_churn_leaves_no_segments_and_few_generations_behind(newsroom, store, home):
    for n in range(6):
        newsroom.write("a", f"Version {n} of the story.")
        newsroom.build()
    assert store.generations() == ["000004", "000005", "000006"]
    assert store.orphans() == []
    assert len(list(home.glob("segments/*"))) <= 3


# Bad articles and corpora


def test_bad_articles_are_reported_and_the_others_indexed(newsroom):
    fill(newsroom, "bridge", "giraffe")
    (newsroom.folder / "a.jsonl").write_text("{nope}\n")
    newsroom.write("b", "Words.", published_at="yesterday")
    (newsroom.folder / "c.md").write_bytes(b"caf\xe9")
    report = newsroom.build()
    assert (report.articles, report.skipped) == (2, 3)
    assert [bad.place.rpartition("/")[2] for bad in report.bad] == ["a.jsonl:1", "b.jsonl:1", "c.md"]


def test_of_two_articles_with_one_id_the_first_is_indexed(newsroom):
    newsroom.write("a", "The harbour bridge opened.")
    second = newsroom.write("b", "A giraffe was born.", id="a")
    report = newsroom.build()
    assert (report.articles, report.skipped) == (1, 1)
    assert str(report.bad[0]).startswith(f"{second}:1: id 'a' was read before")
    assert newsroom.search("giraffe")[0].passage.text == "The harbour bridge opened."


def test_bad_articles_are_reported_by_an_unchanged_build_too(newsroom):
    fill(newsroom, "bridge")
    (newsroom.folder / "a.jsonl").write_text("{nope}\n")
    assert newsroom.build().generation == newsroom.build().generation
    assert newsroom.build().skipped == 1


def test_a_strict_build_stops_at_a_bad_article_and_the_earlier_index_answers(newsroom):
    fill(newsroom, "bridge")
    newsroom.build()
    fill(newsroom, "giraffe")
    (newsroom.folder / "z.jsonl").write_text("{nope}\n")
    with pytest.raises(BadArticle, match=r"z\.jsonl:1: is not JSON"):
        newsroom.build(strict=True)
    assert newsroom.find("news") == {"bridge"}


def test_a_strict_build_of_good_articles_is_as_any(newsroom):
    fill(newsroom, "bridge")
    assert newsroom.build(strict=True).articles == 1


def test_a_corpus_without_articles_is_an_error_and_the_earlier_index_answers(newsroom):
    fill(newsroom, "bridge")
    newsroom.build()
    newsroom.remove("bridge")
    with pytest.raises(NewsdeskError, match=r"no article found in .*newsroom"):
        newsroom.build()
    assert newsroom.find("news") == {"bridge"}


def test_a_corpus_of_bad_articles_alone_is_an_error_that_names_the_first(newsroom):
    newsroom.write("a", "Words.", published_at="yesterday")
    with pytest.raises(NewsdeskError, match=r"the first of 1 bad ones: .*not a date: 'yesterday'"):
        newsroom.build()


def test_a_path_that_does_not_exist_is_an_error_and_the_earlier_index_answers(newsroom, tmp_path):
    fill(newsroom, "bridge")
    newsroom.build()
    with pytest.raises(CorpusMissing, match="nowhere"):
        newsroom.build(tmp_path / "nowhere")
    assert newsroom.find("news") == {"bridge"}


# Interrupted builds


def test_the_earlier_index_answers_after_an_interrupted_build(newsroom, store, encoder, one_by_one):
    fill(newsroom, "bridge", "giraffe")
    first = newsroom.build()
    fill(newsroom, "lions", "storm", "trial")
    newsroom.remove("giraffe")
    interrupt_at(encoder, "trial")
    with pytest.raises(KeyboardInterrupt):
        newsroom.build()
    assert store.live_generation() == first.generation
    assert newsroom.find("news") == {"bridge", "giraffe"}


def test_the_next_build_uses_what_an_interrupted_one_has_encoded(newsroom, store, encoder, one_by_one):
    fill(newsroom, *WORDS)
    interrupt_at(encoder, "storm")
    with pytest.raises(KeyboardInterrupt):
        newsroom.build()
    n_before = len(encoder.encoded)
    go_on(encoder)
    report = newsroom.build()
    assert n_before == 4  # by name, bridge to giraffe come before storm
    assert (report.embedded, len(encoder.encoded)) == (2, 2)
    assert newsroom.find("news") == set(WORDS)
    assert store.orphans() == []


def test_builds_interrupted_again_and_again_come_to_an_end(newsroom, store, encoder, one_by_one):
    fill(newsroom, *WORDS)
    n_builds = 0
    encoded: list[str] = []
    while store.live() is None:
        n_builds += 1
        encoder.on_encode = _interrupt_at_second(encoder)
        try:
            newsroom.build()
        except KeyboardInterrupt:
            encoded += encoder.encoded
            encoder.encoded.clear()
    encoded += encoder.encoded
    assert n_builds == len(WORDS)
    assert len(encoded) == len(set(encoded)) == len(WORDS)
    assert newsroom.find("news") == set(WORDS)


def _interrupt_at_second(encoder):
    def stop(texts):
        if texts and encoder.encoded:
            raise KeyboardInterrupt

    return stop


KILLED = """
import os, runpy, signal, sys
from pathlib import Path
import index.build
from index.store import Store
index.embedding._WINDOW = 1
encoder = runpy.run_path("tests/conftest.py")["HashEncoder"]()
def kill(texts):
    if len(encoder.encoded) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
encoder.on_encode = kill
index.build.build_index(Store(Path(sys.argv[1])), encoder, [Path(sys.argv[2])], recorded=[sys.argv[2]])
"""


def test_a_build_of_another_process_that_is_killed_leaves_an_index_that_answers_and_resumes(newsroom, home, encoder):
    fill(newsroom, "bridge")
    newsroom.build()
    fill(newsroom, *WORDS)
    encoder.encoded.clear()
    arguments = [sys.executable, "-c", KILLED, str(home), str(newsroom.folder)]
    assert subprocess.run(arguments, cwd=ROOT, timeout=120, check=False).returncode == -signal.SIGKILL
    assert newsroom.find("news") == {"bridge"}
    report = newsroom.build()
    assert 2 <= report.embedded < 5
    assert newsroom.find("news") == set(WORDS)


# One builder at a time, one encoder


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr("index.lock._PATIENCE_S", 0)


def test_a_second_build_at_the_same_time_is_refused(newsroom, home, impatient):
    fill(newsroom, "bridge")
    newsroom.build()
    with FileLock(home / "build.lock"), pytest.raises(BuildBusy, match="another process is building this index"):
        newsroom.build()
    assert newsroom.find("news") == {"bridge"}


def test_a_second_build_waits_for_one_that_is_soon_over(newsroom, home, monkeypatch):
    fill(newsroom, "bridge")
    other = FileLock(home / "build.lock")
    tries = []

    class Watched(FileLock):
        def _acquire(self) -> None:
            super()._acquire()
            if Path(self.lock_file).name != "build.lock":
                return
            tries.append(self.is_locked)
            if not self.is_locked:
                other.release()

    monkeypatch.setattr("index.lock.FileLock", Watched)
    with other:
        newsroom.build()
    assert tries == [False, True]
    assert newsroom.find("news") == {"bridge"}


def test_an_index_that_is_being_built_cannot_be_dropped(newsroom, store, home, impatient):
    fill(newsroom, "bridge")
    newsroom.build()
    with FileLock(home / "build.lock"), pytest.raises(BuildBusy):
        drop_index(store)
    assert newsroom.find("news") == {"bridge"}


def test_a_failed_build_does_not_stay_in_the_way_of_the_next(newsroom, encoder):
    fill(newsroom, "bridge")
    interrupt_at(encoder, "bridge")
    with pytest.raises(KeyboardInterrupt):
        newsroom.build()
    go_on(encoder)
    assert newsroom.build().articles == 1


def test_an_index_that_was_dropped_is_built_from_nothing(newsroom, store):
    fill(newsroom, "bridge")
    newsroom.build()
    drop_index(store)
    report = newsroom.build()
    assert (report.added, report.embedded) == (1, 1)


def test_reading_before_the_first_build_names_the_remedy(newsroom):
    with pytest.raises(IndexMissing, match="run `newsdesk index build`"):
        newsroom.open()


def test_reading_with_another_encoder_is_a_mismatch_with_the_remedy(newsroom, store, make_encoder):
    fill(newsroom, "bridge")
    newsroom.build()
    with pytest.raises(IndexMismatch, match="built with hash, settings ask for other; run `newsdesk index build`"):
        Reader(store, make_encoder("other")).current()


def test_a_generation_that_is_open_answers_while_the_next_is_built(newsroom):
    fill(newsroom, *WORDS)
    newsroom.build()
    before = newsroom.open()
    newsroom.remove("giraffe")
    fill(newsroom, "volcano")
    newsroom.build()
    [(_, rows, _)] = before.match_words({"giraff": 1.0})
    assert [p.passage.article_id for p in before.passages(rows.tolist()).values()] == ["giraffe"]
    assert newsroom.open() is not before


def test_a_store_that_is_opened_anew_holds_the_index(newsroom, home, encoder):
    fill(newsroom, *WORDS)
    newsroom.build()
    newsroom.reader = Reader(Store(home), encoder)
    assert newsroom.find("news") == set(WORDS)


@pytest.mark.skipif(not OPEN_FILES.is_dir(), reason="which files are open is not told on this system")
def test_of_many_segments_a_build_keeps_the_vector_indexes_of_few_in_memory(newsroom, store, home, monkeypatch):
    monkeypatch.setattr(index.task, "MAX_SEGMENT_PASSAGES", 60)
    monkeypatch.setattr(index.embedding, "_WINDOW", 20)
    for module in (index.task, index.selfcheck):
        monkeypatch.setattr(module, "QUICK", 0)
    for n in range(260):
        newsroom.write(f"a{n}", f"On day {n} there was news of the bridge.")
    n_open: list[int] = []
    build_index(
        store,
        newsroom.encoder,
        [newsroom.folder],
        recorded=[],
        on_progress=lambda *_: n_open.append(len(list_graphs(home))),
    )
    assert len(store.live().segments) == 5
    assert 0 < max(n_open) <= 2
    assert newsroom.find("news of the bridge day 7")


def list_graphs(home: Path) -> set[str]:
    """The vector indexes that this process has open, by the names of their folders."""
    folders: set[str] = set()
    for link in OPEN_FILES.iterdir():
        with suppress(FileNotFoundError):
            path = Path(os.readlink(link))
            if path.parent.parent == home / "chroma":
                folders.add(path.parent.name)
    return folders
