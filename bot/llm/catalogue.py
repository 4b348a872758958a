"""The local language models that Newsdesk knows: each one file, pinned to a revision and a hash."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from index.errors import NewsdeskError


class UnknownModel(NewsdeskError):
    """A name that is not in the catalogue."""


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One file of a model hub.

    Attributes:
        repository: `owner/name` on the hub.
        revision: The commit in that repository.
    """

    name: str
    repository: str
    revision: str
    file: str
    n_bytes: int
    sha256: str
    licence: str

    def path_in(self, home: Path) -> Path:
        """Where the file lies once it was fetched."""
        return home / "models" / self.file


CATALOGUE = (
    CatalogueEntry(
        name="qwen2.5-1.5b-instruct",
        repository="Qwen/Qwen2.5-1.5B-Instruct-GGUF",
        revision="91cad51170dc346986eccefdc2dd33a9da36ead9",
        file="qwen2.5-1.5b-instruct-q4_k_m.gguf",
        n_bytes=1_117_320_736,
        sha256="6a1a2eb6d15622bf3c96857206351ba97e1af16c30d7a74ee38970e434e9407e",
        licence="Apache-2.0",
    ),
)


def find_entry(name: str) -> CatalogueEntry:
    """The entry of a name; the first one for an empty name.

    Raises:
        UnknownModel: There is none.
    """
    for entry in CATALOGUE:
        if entry.name == (name or CATALOGUE[0].name):
            return entry
    raise UnknownModel(f"{name!r} is not in the catalogue; known are {', '.join(e.name for e in CATALOGUE)}")
