"""Files and folders of articles -> Article."""

from index.corpus.reading import list_corpus, read_corpus, read_file

__all__ = ["list_corpus", "read_corpus", "read_file"]
