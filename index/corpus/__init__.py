"""Files and folders of articles -> Article."""

from index.corpus.reading import read_corpus

__all__ = ["read_corpus"]
