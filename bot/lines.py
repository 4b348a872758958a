"""Fixed lines, in the language of the reader: Chinese where the reader's words have any, else English."""

from __future__ import annotations

import re
from dataclasses import dataclass

_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Line:
    """A line, and the same in Chinese; names in braces are filled in."""

    english: str
    chinese: str

    def to(self, text: str, **values: object) -> str:
        """The line for a reader who wrote a text."""
        return (self.chinese if _HAN.search(text) else self.english).format(**values)
