"""Articles as plain text, with the bylines, captions and boilerplate of web pages in them."""

from __future__ import annotations

import re

from index.corpus.fields import make_article, make_id
from index.corpus.files import CorpusFile, read_text
from index.corpus.text import clean_text, ends_sentence, split_blocks
from index.types import Article

_FOOT_BLOCKS = 4
_MAX_HEADLINE_CHARS = 150
_MAX_CAPTION_CHARS = 250
_MAX_BOILERPLATE_CHARS = 500

_LABELS = {
    "title": "title",
    "headline": "title",
    "date": "published_at",
    "published": "published_at",
    "source": "source",
    "outlet": "source",
    "author": "authors",
    "authors": "authors",
    "url": "url",
    "link": "url",
    "original article": "url",
    "section": "section",
    "language": "language",
}
_LABEL = re.compile(
    r"(title|headline|date|published|source|outlet|authors?|url|link|original article|section|language)"
    r"(?: (?:at|on))?\s?[:：]\s*(\S.*)",
    re.IGNORECASE,
)
_BY_LINE = re.compile(r"By (?=[A-Z])([^.!?:]{3,80})")
_BYLINE = re.compile(
    r"[\[【]\s*(?:(?:(?:text|article|written|reported|compiled)\s*)?(?:by\b|/)\s*[/:]?|文\s*[/／:：|])\s*"
    r"([^\[\]【】]{2,100})[\]】]\s*",
    re.IGNORECASE,
)
_OUTLET = re.compile(r"(.*?\b(?:Network|Net|News|Times|Daily|Post|Agency|Press)\b|\S*?[网報报社])\s*(.*)")

_CREDIT = r"(?:photo|image|picture|screenshot|credit|reuters|afp|getty|xinhua|epa|file|图源|资料图|图)"
_CAPTION = re.compile(
    rf"""(?:file\s)?(?:photo|image|picture|caption|图源|图片来源|资料图)s?(?:\s(?:credit|source|by))?\s?[:：/].*
    |file\sphoto\b.*
    |.*[.!?。！？]\s*["“「][^"“”「」.!?。！？,，]{{2,40}}["”」]
    |.*[(（\[](?:ap|[^()（）\[\]]{{0,60}}\b{_CREDIT}\b[^()（）\[\]]{{0,60}})[)）\]]\.?
    |.*[.!?。！？\s](?:photos?|images?|pictures?|screenshots?|credit)(?:\sby|\scredit|\ssource)?\s?[:：/][^.!?]{{2,60}}\.?
    |.*\b(?:file\sphoto|getty\simages)\.?""",
    re.IGNORECASE | re.VERBOSE,
)
_BOILERPLATE = re.compile(
    r"^disclaimer\b|\ball rights reserved\b|^(?:copyright\b.{0,3}|©|\(c\)) ?(?:\d{4}|©|\(c\)|by\b)|"
    r"like/dislike|"
    r"(?:can|may|must)(?:not| not) be (?:reprinted|reproduced|republished|redistributed)|"
    r"unauthori[sz]ed (?:reproduction|reprint)|reprint\w* without|^advertisement$|"
    r"免责声明|未经授权|不得转载|版权所有",
    re.IGNORECASE,
)

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.?"
_FULL_DATE = re.compile(
    rf"\b{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}\b|\b\d{{1,2}}(?:st|nd|rd|th)? {_MONTH},? \d{{4}}\b"
    r"|\b\d{4}-\d\d-\d\d\b|\d{4}年\d{1,2}月\d{1,2}日"
)


def read_plain(file: CorpusFile) -> Article:
    """The article of a plain text file.

    A byline such as `[By Guancha Network, Lin Chenli]` before the first paragraph is what the source
    and the authors are known from; it is not part of the paragraph. Captions of photos, disclaimers and
    notes on reprinting are no paragraphs. The date is that of a `Date:` line, or of a line
    of the head that is nothing but a full date; dates in the text tell of what it reports.

    Raises:
        BadArticle: It cannot be decoded or is too large.
        BadField: A bad date, or no text.
    """
    fields, paragraphs = _split_page(split_blocks(read_text(file)))
    return make_article(fields, paragraphs, make_id(file.name))


def _split_page(blocks: list[str]) -> tuple[dict[str, object], list[str]]:
    fields: dict[str, object] = {}
    paragraphs: list[str] = []
    for number, block in enumerate(blocks, 1):
        lines = [line for raw in block.split("\n") if (line := clean_text(raw))]
        in_head = not paragraphs
        if in_head or number > len(blocks) - _FOOT_BLOCKS:
            lines = [line for line in lines if not _take_label(line, fields, in_head)]
        if in_head and lines and (match := _BYLINE.match(lines[0])):
            _take_byline(match[1], fields)
            lines[0] = lines[0][match.end() :]
        text = " ".join(lines).strip()
        if in_head and "title" not in fields and number < len(blocks) and _is_headline(lines):
            fields["title"] = text
        elif text and not _is_boilerplate(text) and not (len(lines) == 1 and _is_caption(text)):
            paragraphs.append(text)
    return fields, paragraphs


def _take_label(line: str, fields: dict[str, object], in_head: bool) -> bool:
    """Take what a line such as `Date: 17 April 2025` tells; False for a line of the text."""
    if match := _LABEL.fullmatch(line):
        key = _LABELS[match[1].lower()]
        if in_head or key in ("published_at", "url"):
            fields.setdefault(key, match[2])
            return True
    elif in_head and _FULL_DATE.fullmatch(line):
        fields.setdefault("published_at", line)
        return True
    elif in_head and (match := _BY_LINE.fullmatch(line)):
        fields.setdefault("authors", re.sub(r"\band\b", ",", match[1]))
        return True
    return False


def _take_byline(names: str, fields: dict[str, object]) -> None:
    outlet, *authors = re.split(r"\s*[,，、;]\s*", names.strip())
    if not authors and (match := _OUTLET.fullmatch(outlet)):
        outlet, authors = match[1], [match[2]]
    if authors:
        fields.setdefault("source", outlet)
        fields.setdefault("authors", authors)
    else:
        fields.setdefault("authors", [outlet])


def _is_headline(lines: list[str]) -> bool:
    if len(lines) != 1 or len(lines[0]) > _MAX_HEADLINE_CHARS or _is_caption(lines[0]):
        return False
    return not ends_sentence(lines[0]) and lines[0][-1] not in ",;:，；："


def _is_caption(text: str) -> bool:
    return len(text) <= _MAX_CAPTION_CHARS and bool(_CAPTION.fullmatch(text))


def _is_boilerplate(text: str) -> bool:
    return len(text) <= _MAX_BOILERPLATE_CHARS and bool(_BOILERPLATE.search(text))
