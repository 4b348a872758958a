"""The generations of an index, listed and gone back to, without what the desk takes seconds to import."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from bot.types import format_moment
from index.catalogue import Catalogue
from index.engine import open_engine
from index.errors import IndexMismatch

if TYPE_CHECKING:
    from bot.settings import Settings
    from index.chroma import ChromaServer
    from index.encoder import SentenceEncoder
    from index.manifest import Manifest


def open_catalogue(settings: Settings) -> Catalogue:
    """The index of the settings; an embedded one that is there already is opened without Chroma's client."""
    if not settings.chroma and (engine := open_engine(settings.home)):
        return Catalogue(settings.home, engine)
    from index.store import Store

    return Store(settings.home, server_of(settings))


def server_of(settings: Settings) -> ChromaServer | None:
    """The Chroma server that the settings name, if they name one."""
    if not settings.chroma:
        return None
    from index.chroma import ChromaServer

    token = settings.chroma_token.get_secret_value()
    return ChromaServer(settings.chroma, settings.chroma_tenant, settings.chroma_database, token)


def list_generations(catalogue: Catalogue) -> list[dict[str, Any]]:
    """The generations that are kept, oldest first."""
    pointer = catalogue.pointer()
    return [
        {
            **describe_manifest(catalogue.manifest(name)),
            "live": name == pointer.generation,
            "held": name == pointer.generation and pointer.held,
        }
        for name in catalogue.generations()
    ]


def describe_manifest(manifest: Manifest) -> dict[str, Any]:
    """A generation in names and numbers."""
    return {
        "generation": manifest.generation,
        "built_at": format_moment(manifest.created_at.replace(microsecond=0)),
        "articles": manifest.n_articles,
        "passages": manifest.n_passages,
        "encoder": manifest.encoder,
    }


def roll_back(catalogue: Catalogue, encoder: SentenceEncoder, generation: str | None = None) -> str:
    """Go back to an earlier generation as `Catalogue.rollback` does; zeros before its number may be left out.

    Raises:
        IndexMismatch: It was built by another encoder than this, so that no reader could use it.
    """
    if generation and generation.isdecimal():
        generation = f"{int(generation):06d}"
    return catalogue.rollback(generation or None, partial(_check_encoder, encoder))


def _check_encoder(encoder: SentenceEncoder, manifest: Manifest) -> None:
    from index.encoder import PACKAGED

    is_same = manifest.encoder == encoder.name
    if is_same and encoder.name == PACKAGED:  # of another one, the weights would have to be loaded
        is_same = manifest.fingerprint == encoder.fingerprint
    if not is_same:
        raise IndexMismatch(
            f"generation {manifest.generation} was built with {manifest.encoder}, settings ask for "
            f"{encoder.name}; change NEWSDESK_ENCODER, or nobody can read it"
        )
