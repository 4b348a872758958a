"""The characters and paragraphs of an article's text."""

from __future__ import annotations

import re

from index.sentences import split_sentences

MAX_TITLE_CHARS = 100

_REMOVED = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ufeff\ud800-\udfff]")
_BLANK_LINE = re.compile(r"\n\s*\n")
_SENTENCE_END = re.compile(r"[.!?…。！？][\"”’』」)）\]】]*$")
_CJK = re.compile(r"[\u3400-\u9fff]")


def clean_text(text: str) -> str:
    """Collapse runs of whitespace; remove control characters, lone surrogates and U+FEFF."""
    return " ".join(_REMOVED.sub("", text).split())


def has_words(text: str) -> bool:
    """Whether there is a letter or digit in it."""
    return any(c.isalnum() for c in text)


def split_blocks(text: str) -> list[str]:
    """The parts between blank lines; the lines, where none is blank and most of them end a sentence."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2029", "\n\n").strip()
    blocks = [block for block in _BLANK_LINE.split(text) if block.strip()]
    if len(blocks) == 1 and "\n" in text:
        lines = text.split("\n")
        if 2 * sum(ends_sentence(line) for line in lines) >= len(lines):
            return lines
    return blocks


def ends_sentence(line: str) -> bool:
    """Whether its last character, quotation marks and brackets aside, closes a sentence."""
    return bool(_SENTENCE_END.search(line[-20:].rstrip()))


def shorten_title(paragraph: str) -> str:
    """A paragraph's first sentence, cut at a word's end where it is over 100 characters."""
    beginning = paragraph[: 4 * MAX_TITLE_CHARS]
    sentences = split_sentences(beginning)
    title = beginning[slice(*sentences[0])] if sentences else beginning
    if len(title) <= MAX_TITLE_CHARS:
        return title
    cut = title.rfind(" ", 0, MAX_TITLE_CHARS)
    return title[: cut if cut > 0 else MAX_TITLE_CHARS - 1].rstrip(" ,;:") + "…"


def detect_language(text: str) -> str:
    """`zh` where most letters are Chinese characters, else `en`."""
    beginning = text[:4000]
    n_letters = sum(c.isalpha() for c in beginning)
    return "zh" if 2 * len(_CJK.findall(beginning)) > n_letters else "en"
