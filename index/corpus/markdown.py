"""Articles as Markdown with YAML front matter."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from index.corpus.fields import BadField, make_article, make_id
from index.corpus.files import CorpusFile, read_text
from index.errors import BadArticle
from index.types import Article

_MAX_FRONT_MATTER = 100_000
_FRONT_MATTER = re.compile(r"-{3,}[ \t]*\r?\n")

# Of the inline patterns none reaches past its own opening sign, so that none is quadratic.
_IMAGE = re.compile(r"!\[[^\[\]]*\]\([^()]*(?:\([^()]*\)[^()]*)*\)")
_LINK = re.compile(r"\[([^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*)\]\([^()]*(?:\([^()]*\)[^()]*)*\)")
_REFERENCE = re.compile(r"!?\[([^\[\]]+)\]\[[^\[\]]*\]")
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^<>\s]*)>")
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9]*(?:\s[^<>]*)?/?>")
_STRONG = re.compile(r"(?<![\\*])(\*{2,3})(?![\s*])([^*]+)(?<![\s\\])\1(?!\*)")
_EMPHASIS = re.compile(r"(?<![\\*A-Za-z0-9])\*(?![\s*])([^*]+)(?<![\s\\])\*(?![*A-Za-z0-9])")
_UNDERSCORES = re.compile(r"(?<![\\\w])(_{1,3})(?![\s_])([^_]+(?:\b_\b[^_]+)*)(?<![\s\\])\1(?!\w)")
_CODE = re.compile(r"(`+)([^`]+)\1")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")

_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*))?$")
_UNDERLINE = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_RULE = re.compile(r" {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$")
_FENCE = re.compile(r" {0,3}(?:`{3,}|~{3,})")
_DEFINITION = re.compile(r" {0,3}\[[^\[\]]+\]:[ \t]*\S+")
_MARKER = re.compile(r"[ \t]*(?:>[ \t]?)*(?:[-*+][ \t]+)?")


def read_markdown(file: CorpusFile) -> Article:
    """The article of a Markdown file.

    Headings, images and comments are no paragraphs; links become their text; signs of emphasis, quoting
    and listing are stripped. A missing title is the first heading of level one.

    Raises:
        BadArticle: Its front matter is no YAML, or a field in it is bad.
        BadField: It has no text.
    """
    text = read_text(file)
    fields, body = _split_front_matter(text, file.place)
    blocks = read_blocks(body)
    title = next((text for level, text in blocks if level == 1 and text), None)
    if not fields.get("title") and title:
        fields["title"] = title
    try:
        return make_article(fields, [text for level, text in blocks if not level], make_id(file.name))
    except BadField as e:
        raise BadArticle(f"{file.place}{_line_of(e.key, text)}", str(e)) from e


def read_blocks(body: str) -> list[tuple[int, str]]:
    """The headings of Markdown with their level, and all else, at level 0, without signs of markup."""
    return [(level, _strip_inline(raw)) for level, raw in _blocks(_without_comments(body))]


def is_readme(file: CorpusFile) -> bool:
    """Whether it tells about the folder it was found in, instead of being an article."""
    if file.named or file.path.name.lower() != "readme.md":
        return False
    with open(file.path, "rb") as stream:
        return not stream.read(6).removeprefix(b"\xef\xbb\xbf").startswith(b"---")


def _split_front_matter(text: str, place: str) -> tuple[dict[str, object], str]:
    if not _FRONT_MATTER.match(text):
        return {}, text
    import yaml
    from frontmatter.default_handlers import YAMLHandler

    handler = YAMLHandler()
    try:
        front, body = handler.split(text)
    except ValueError as e:
        raise BadArticle(f"{place}:1", "front matter is not closed by a line of ---") from e
    if len(front) > _MAX_FRONT_MATTER:
        raise BadArticle(f"{place}:1", f"front matter is longer than {_MAX_FRONT_MATTER} characters")

    class Loader(yaml.SafeLoader):
        def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
            if self.check_event(yaml.AliasEvent):  # a few of them unfold to gigabytes
                raise yaml.YAMLError("aliases are not read")
            return super().compose_node(parent, index)

    try:
        fields = handler.load(front, Loader=Loader)
    except yaml.MarkedYAMLError as e:
        line = e.problem_mark.line + 1 if e.problem_mark else 1
        raise BadArticle(f"{place}:{line}", f"front matter is no YAML: {e.problem}") from e
    except (yaml.YAMLError, ValueError, RecursionError) as e:
        raise BadArticle(f"{place}:1", f"front matter is no YAML: {' '.join(str(e).split())[:200]}") from e
    if fields is None:
        return {}, body
    if not isinstance(fields, dict):
        raise BadArticle(f"{place}:1", "front matter is not a list of `key: value` lines")
    return {key: value for key, value in fields.items() if isinstance(key, str)}, body


def _line_of(key: str, text: str) -> str:
    match = re.search(rf"^{re.escape(key)}[ \t]*:", text[:_MAX_FRONT_MATTER], re.MULTILINE) if key else None
    return f":{text.count(chr(10), 0, match.start()) + 1}" if match else ""


def _without_comments(text: str) -> str:
    parts = []
    at = 0
    while (start := text.find("<!--", at)) != -1:
        parts.append(text[at:start])
        end = text.find("-->", start)
        at = len(text) if end == -1 else end + 3
    return "".join([*parts, text[at:]])


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    """Headings with their level, and all else, at level 0, as blocks of joined lines."""
    lines: list[str] = []
    for line in [*text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), ""]:
        heading = _HEADING.match(line)
        underline = _UNDERLINE.match(line) if lines else None
        if underline:
            yield (1 if "=" in line else 2), " ".join(lines)
            lines = []
        elif heading or not line.strip() or _RULE.match(line) or _FENCE.match(line):
            if lines:
                yield 0, " ".join(lines)
            lines = []
            if heading:
                yield len(heading[1]), (heading[2] or "").rstrip().rstrip("#")
        elif not _DEFINITION.match(line):
            lines.append(_MARKER.sub("", line, count=1))


def _strip_inline(text: str) -> str:
    text = _IMAGE.sub("", text)
    text = _LINK.sub(r"\1", text)
    text = _REFERENCE.sub(r"\1", text)
    text = _TAG.sub("", _AUTOLINK.sub(r"\1", text))
    for _ in range(2):  # emphasis within emphasis
        text = _EMPHASIS.sub(r"\1", text)
        text = _STRONG.sub(r"\2", text)
        text = _UNDERSCORES.sub(r"\2", text)
    text = _CODE.sub(r"\2", text)
    return html.unescape(_ESCAPE.sub(r"\1", text))
