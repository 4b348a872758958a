"""What collected articles said before their outlets changed them."""

from __future__ import annotations

from pathlib import Path

from index.errors import NewsdeskError
from index.feeds.folder import ArticleFolder
from index.feeds.journal import Journal
from index.feeds.journal_file import FILE_NAME
from index.feeds.subscriptions import load_subscriptions
from index.types import Article


class History:
    """The earlier versions of articles, as they are kept beside them on this machine."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def find(self, article_id: str) -> list[Article]:
        """All versions of an article, oldest first; none where it never changed, or was not collected here."""
        try:
            folder = ArticleFolder(load_subscriptions(self._home).articles)
            path = self._find_path(article_id) or folder.find(article_id)
        except NewsdeskError:  # a broken corpus.toml is for those who collect to mend
            return []
        earlier = folder.read_versions(path) if path else []
        current = folder.read(path) if path and earlier else None
        return [*earlier, current] if current else []

    def _find_path(self, article_id: str) -> str | None:
        """Where an article lies, as far as the journal knows."""
        if not (self._home / FILE_NAME).exists():
            return None
        with Journal(self._home) as journal:
            stored = journal.article(article_id)
        return stored.path if stored else None
