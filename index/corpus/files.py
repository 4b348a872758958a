"""The files that a corpus is made of: which ones, and their bytes within bounds."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

from index.corpus.text import clean_text
from index.errors import BadArticle, UnreadableFile

ENDINGS = (".md", ".txt", ".jsonl", ".jsonl.gz", ".json", ".html", ".htm")
MAX_FILE_BYTES = 50_000_000

_QUESTIONS = frozenset({"questions.jsonl", "unanswerable.jsonl"})


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """A file of articles.

    Attributes:
        name: Its path below the folder that was given, with slashes; the bare name of a file given itself.
        named: Whether it was given itself, instead of found in a folder.
    """

    path: Path
    name: str
    named: bool = False

    @property
    def place(self) -> str:
        """The path as messages show it."""
        return show_path(self.path)

    @property
    def ending(self) -> str:
        """The one of ENDINGS that it has, or none."""
        return find_ending(self.path.name)


def find_ending(name: str) -> str:
    """The one of ENDINGS that a file's name has; empty where it has none."""
    lowered = name.lower()
    return max(filter(lowered.endswith, ENDINGS), key=len, default="")


def show_path(path: Path) -> str:
    """A path that can be printed, whatever bytes and control characters are in it."""
    return clean_text(os.fsencode(path).decode("utf-8", "replace"))


def find_files(root: Path, seen: set[str]) -> Iterator[CorpusFile | BadArticle]:
    """The files of articles at a path, and what cannot be read.

    Folders are searched recursively, in the order of names, without hidden files, other endings and
    files of questions. Symlinks are followed within the folder only, after all else.

    Args:
        seen: Real paths that were read before and are left out now; added to.
    """
    real = os.path.realpath(root)
    if not os.path.isdir(real):
        yield from _named_file(root, real, seen)
        return
    links: list[Path] = []
    yield from _walk(root, Path(real), root, seen, links)
    for link in links:  # grows while links to folders are followed
        try:
            target = _follow(link, Path(real))
        except BadArticle as bad:
            yield bad
            continue
        if target is not None:
            yield from _walk(link, target, root, seen, links)


def refuse_file(path: Path, error: OSError, reason: str) -> BadArticle:
    """What is wrong with a file or folder that the system refused: if it is not gone, it may be back another time."""
    place, reason = show_path(path), f"{reason}: {error.strerror or error}"
    if error.errno in (None, errno.ENOENT, errno.ENOTDIR):
        return BadArticle(place, reason)
    return UnreadableFile(place, reason, path)


def read_text(file: CorpusFile) -> str:
    """The whole text of a file.

    Raises:
        BadArticle: Over 50 MB, or not UTF-8.
        OSError: It cannot be read.
    """
    return decode_text(read_bytes(file), file.place)


def read_bytes(file: CorpusFile, max_bytes: int = MAX_FILE_BYTES) -> bytes:
    """The bytes of a file.

    Raises:
        BadArticle: It has more of them than `max_bytes`.
        OSError: It cannot be read.
    """
    with open(file.path, "rb") as stream:
        content = stream.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise BadArticle(file.place, f"is larger than {max_bytes // 1_000_000} MB; split it")
    return content


def decode_text(content: bytes, place: str) -> str:
    """Decode UTF-8, with or without a byte order mark.

    Raises:
        BadArticle: At its first byte that is not UTF-8.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        byte = content[e.start]
        raise BadArticle(place, f"bad encoding: byte 0x{byte:02x} at {e.start} is not UTF-8; save it as UTF-8") from e


def _named_file(path: Path, real: str, seen: set[str]) -> Iterator[CorpusFile | BadArticle]:
    if not find_ending(path.name):
        yield BadArticle(show_path(path), f"has none of the endings {' '.join(ENDINGS)}")
    elif not os.path.isfile(real):
        yield BadArticle(show_path(path), "is not a regular file")
    elif real not in seen:
        seen.add(real)
        yield CorpusFile(path, path.name, named=True)


def _walk(
    start: Path, real_start: Path, root: Path, seen: set[str], links: list[Path]
) -> Iterator[CorpusFile | BadArticle]:
    name = "" if start == root else start.relative_to(root).as_posix()
    pending = [(name, str(real_start), 0)]
    while pending:
        name, real, kind = pending.pop()
        try:
            kind = kind or stat.S_IFMT(os.lstat(real).st_mode)
            if kind == stat.S_IFLNK:
                links.append(root / name)
            elif real in seen:
                continue
            elif kind == stat.S_IFDIR:
                seen.add(real)
                pending += reversed(_list_folder(name, real))
            elif not find_ending(name) or name.rpartition("/")[2].lower().removesuffix(".gz") in _QUESTIONS:
                continue
            elif kind != stat.S_IFREG:
                yield BadArticle(show_path(root / name), "is not a regular file")
            else:
                seen.add(real)
                yield CorpusFile(root / name, name)
        except OSError as e:
            yield refuse_file(root / name, e, "cannot be read")


def _list_folder(name: str, real: str) -> list[tuple[str, str, int]]:
    """What is in a folder that is not hidden, in the order of names: its name below the root, real path, and type."""
    with os.scandir(real) as entries:
        found = sorted((e for e in entries if not e.name.startswith(".")), key=attrgetter("name"))
    return [(f"{name}/{e.name}" if name else e.name, e.path, _find_type(e)) for e in found]


def _find_type(entry: os.DirEntry[str]) -> int:
    """The type as in a file's mode, which most systems tell with the name; 0 for what is rare or not told."""
    with suppress(OSError):  # of a system that does not tell; who asks again notices
        if entry.is_symlink():
            return stat.S_IFLNK
        if entry.is_dir(follow_symlinks=False):
            return stat.S_IFDIR
        if entry.is_file(follow_symlinks=False):
            return stat.S_IFREG
    return 0


def _follow(link: Path, real_root: Path) -> Path | None:
    """Where a link leads within the folder; None for what would be no article anyway.

    Raises:
        BadArticle: It leads out of the folder, round in a circle, or nowhere.
    """
    try:
        target = Path(os.path.realpath(link, strict=True))
    except OSError as e:
        if e.errno == errno.ELOOP:
            raise BadArticle(show_path(link), "is a symlink loop") from e
        refused = refuse_file(link, e, "is a symlink that cannot be followed")
        if not find_ending(link.name) and not isinstance(refused, UnreadableFile):
            return None
        raise refused from e
    is_folder = target.is_dir()
    if not is_folder and not find_ending(link.name):
        return None
    if not target.is_relative_to(real_root):
        raise BadArticle(show_path(link), f"is a symlink out of the folder, to {show_path(target)}")
    if is_folder and Path(os.path.realpath(link.parent)).is_relative_to(target):
        raise BadArticle(show_path(link), "is a symlink loop: it leads to a folder that it lies in")
    return target
