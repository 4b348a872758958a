"""Discord's limits on what a bot sends; each check yields the problems that it finds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from tests.discord_server.state import Flag, Payload, text_displays, walk_components

Problems = Iterator[str]

MAX_CONTENT = 2000
MAX_EMBEDS = 10
MAX_EMBED_CHARS = 6000
MAX_V2_COMPONENTS = 40
MAX_V2_TEXT = 4000
ACTION_ROW, BUTTON, SELECT, TEXT_INPUT, LABEL = 1, 2, 3, 4, 18
SELECTS = frozenset({3, 5, 6, 7, 8})
LINK, PREMIUM = 5, 6
_V1_TOP = frozenset({ACTION_ROW})
_V2_TOP = frozenset({ACTION_ROW, 9, 10, 12, 13, 14, 17})
_WEB_ADDRESS = re.compile(r"(https?://\S+\.\S+|attachment://\S+)", re.IGNORECASE)
_COMMAND_NAME = re.compile(r"[-_'\w]{1,32}")
_SUBCOMMAND, _GROUP = 1, 2


def check_message(body: Payload, *, creates: bool, n_files: int = 0) -> Problems:
    """The body that sends a message, or edits one."""
    content, embeds, components = body.get("content"), body.get("embeds") or (), body.get("components") or ()
    yield from _length("content", content, 0, MAX_CONTENT)
    yield from check_embeds(embeds)
    if (body.get("flags") or 0) & Flag.COMPONENTS_V2:
        if content or embeds or body.get("poll") or body.get("sticker_ids"):
            yield "flags: with components V2 there is no content, embed, poll or sticker"
        yield from _check_v2(list(components))
    else:
        yield from _check_rows(list(components))
    if creates and not (content and content.strip()) and not (embeds or components or n_files or body.get("poll")):
        yield "the message is empty"
    yield from _length("nonce", str(body.get("nonce") or ""), 0, 25)


def check_mentions(body: Payload, *, creates: bool) -> Problems:
    """Whether a message can ping anyone; an edit that shows no new text need not say."""
    shows = body.get("content") or body.get("embeds") or text_displays(body.get("components") or [])
    allowed = body.get("allowed_mentions")
    if not isinstance(allowed, dict) or allowed.get("parse") is None:
        if creates or shows:
            yield "allowed_mentions: not given, so that the text can ping"
        return
    for kind in ("parse", "users", "roles", "replied_user"):
        if allowed.get(kind):
            yield f"allowed_mentions: {kind} is {allowed[kind]!r}"


def check_embeds(embeds: Iterable[Payload]) -> Problems:
    embeds = list(embeds)
    if len(embeds) > MAX_EMBEDS:
        yield f"embeds: {len(embeds)}, of at most {MAX_EMBEDS}"
    total = 0
    for n, embed in enumerate(embeds):
        at = f"embeds[{n}]"
        footer, author, fields = embed.get("footer") or {}, embed.get("author") or {}, embed.get("fields") or []
        texts = [
            (f"{at}.title", embed.get("title"), 256),
            (f"{at}.description", embed.get("description"), 4096),
            (f"{at}.footer.text", footer.get("text"), 2048),
            (f"{at}.author.name", author.get("name"), 256),
            *((f"{at}.fields[{i}].name", f.get("name") or "", 256) for i, f in enumerate(fields)),
            *((f"{at}.fields[{i}].value", f.get("value") or "", 1024) for i, f in enumerate(fields)),
        ]
        for where, text, most in texts:
            yield from _length(where, text, int(".fields" in where), most)
            total += len(text or "")
        if len(fields) > 25:
            yield f"{at}.fields: {len(fields)}, of at most 25"
        images = [(embed.get(name) or {}).get("url") for name in ("image", "thumbnail")]
        if not any(text for _, text, _ in texts) and not any(images):
            yield f"{at}: nothing in it"
        for url in (embed.get("url"), author.get("url"), author.get("icon_url"), footer.get("icon_url"), *images):
            if url and (len(url) > 2048 or not _WEB_ADDRESS.fullmatch(url)):
                yield f"{at}: not an address: {url[:80]!r}"
    if total > MAX_EMBED_CHARS:
        yield f"embeds: {total} characters, of at most {MAX_EMBED_CHARS}"


def check_modal(data: Payload) -> Problems:
    yield from _length("title", data.get("title", ""), 1, 45)
    yield from _length("custom_id", data.get("custom_id", ""), 1, 100)
    rows = data.get("components") or []
    if not 1 <= len(rows) <= 5:
        yield f"components: {len(rows)}, of 1 to 5"
    for n, row in enumerate(rows):
        if row.get("type") == LABEL:
            yield from _length(f"components[{n}].label", row.get("label", ""), 1, 45)
            yield from _length(f"components[{n}].description", row.get("description"), 0, 100)
    for item in walk_components(rows):
        if item.get("type") == TEXT_INPUT:
            yield from _check_text_input(item)
        elif item.get("type") == SELECT:
            yield from _check_select(item)
    yield from _check_ids(rows)


def check_choices(data: Payload) -> Problems:
    """The answer to an autocomplete."""
    yield from _check_choices("choices", data.get("choices") or [])


def check_commands(commands: list[Payload]) -> Problems:
    """A list of commands that replaces those of an application."""
    names = [(c.get("type") or 1, c.get("name")) for c in commands]
    for kind, most in ((1, 100), (2, 15), (3, 15)):
        n = sum(t == kind for t, _ in names)
        if n > most:
            yield f"{n} commands of type {kind}, of at most {most}"
    if len(set(names)) < len(names):
        yield "two commands of one type have the same name"
    for command in commands:
        yield from check_command(command)


def check_command(command: Payload) -> Problems:
    name = command.get("name", "")
    if (command.get("type") or 1) == 1:
        yield from _check_command_name(name, name)
        yield from _length(f"{name}.description", command.get("description") or "", 1, 100)
        yield from _check_options(name, command.get("options") or [])
        if _characters(command) > 8000:
            yield f"{name}: {_characters(command)} characters in all, of at most 8000"
    else:
        yield from _length("name", name, 1, 32)
        if command.get("description") or command.get("options"):
            yield f"{name}: a context menu has neither description nor options"


def check_thread(body: Payload) -> Problems:
    yield from _length("name", body.get("name", ""), 1, 100)


def _check_rows(rows: list[Payload]) -> Problems:
    if len(rows) > 5:
        yield f"components: {len(rows)} rows, of at most 5"
    for n, row in enumerate(rows):
        if row.get("type") not in _V1_TOP:
            yield f"components[{n}]: type {row.get('type')} needs the flag of components V2"
        yield from _check_row(f"components[{n}]", row)
    yield from _check_ids(rows)


def _check_v2(components: list[Payload]) -> Problems:
    everything = list(walk_components(components))
    if len(everything) > MAX_V2_COMPONENTS:
        yield f"components: {len(everything)}, of at most {MAX_V2_COMPONENTS}"
    n_chars = sum(map(len, text_displays(components)))
    if n_chars > MAX_V2_TEXT:
        yield f"components: {n_chars} characters of text, of at most {MAX_V2_TEXT}"
    for n, component in enumerate(components):
        if component.get("type") not in _V2_TOP:
            yield f"components[{n}]: type {component.get('type')} cannot stand there"
    for component in everything:
        if component.get("type") == ACTION_ROW:
            yield from _check_row("an action row", component)
        elif component.get("type") == 9:
            yield from _check_button("accessory", component.get("accessory") or {})
    yield from _check_ids(components)


def _check_row(at: str, row: Payload) -> Problems:
    items = row.get("components") or []
    buttons = [item for item in items if item.get("type") == BUTTON]
    selects = [item for item in items if item.get("type") in SELECTS]
    if len(buttons) + len(selects) != len(items) or not items:
        yield f"{at}: neither buttons nor a select"
    if len(buttons) > 5 or len(selects) > 1 or (buttons and selects):
        yield f"{at}: {len(buttons)} buttons and {len(selects)} selects, of at most 5 buttons or 1 select"
    for button in buttons:
        yield from _check_button(at, button)
    for select in selects:
        yield from _check_select(select)


def _check_button(at: str, button: Payload) -> Problems:
    if button.get("type") != BUTTON:
        return
    yield from _length(f"{at}: label", button.get("label"), 0, 80)
    if not button.get("label") and not button.get("emoji") and button.get("style") != PREMIUM:
        yield f"{at}: a button without label and emoji"
    if button.get("style") == LINK:
        if button.get("custom_id") or not _WEB_ADDRESS.fullmatch(button.get("url") or ""):
            yield f"{at}: a link button has an address and no custom_id"
        yield from _length(f"{at}: url", button.get("url"), 0, 512)
    elif button.get("style") != PREMIUM:
        yield from _length(f"{at}: custom_id", button.get("custom_id") or "", 1, 100)
        if button.get("url"):
            yield f"{at}: only a link button has an address"


def _check_select(select: Payload) -> Problems:
    at = f"select {select.get('custom_id', '')!r}"
    yield from _length(f"{at}: custom_id", select.get("custom_id") or "", 1, 100)
    yield from _length(f"{at}: placeholder", select.get("placeholder"), 0, 150)
    least, most = select.get("min_values", 1), select.get("max_values", 1)
    if not 0 <= least <= most <= 25 or most < 1:
        yield f"{at}: {least} to {most} values"
    if select.get("type") != SELECT:
        return
    options = select.get("options") or []
    if not 1 <= len(options) <= 25:
        yield f"{at}: {len(options)} options, of 1 to 25"
    if most > len(options):
        yield f"{at}: up to {most} values of {len(options)} options"
    if len({o.get("value") for o in options}) < len(options):
        yield f"{at}: two options have the same value"
    if sum(bool(o.get("default")) for o in options) > most:
        yield f"{at}: more defaults than values"
    for option in options:
        yield from _length(f"{at}: label of an option", option.get("label", ""), 1, 100)
        yield from _length(f"{at}: value of an option", option.get("value", ""), 1, 100)
        yield from _length(f"{at}: description of an option", option.get("description"), 0, 100)


def _check_text_input(item: Payload) -> Problems:
    at = f"text input {item.get('custom_id', '')!r}"
    yield from _length(f"{at}: custom_id", item.get("custom_id") or "", 1, 100)
    yield from _length(f"{at}: label", item.get("label"), 1, 45)
    yield from _length(f"{at}: placeholder", item.get("placeholder"), 0, 100)
    yield from _length(f"{at}: value", item.get("value"), 0, 4000)
    least, most = item.get("min_length") or 0, item.get("max_length") or 4000
    if not 0 <= least <= most <= 4000:
        yield f"{at}: {least} to {most} characters, of at most 4000"


def _check_ids(components: list[Payload]) -> Problems:
    ids = [c["custom_id"] for c in walk_components(components) if c.get("custom_id")]
    for twice in {i for i in ids if ids.count(i) > 1}:
        yield f"custom_id: {twice!r} is not unique"


def _check_options(at: str, options: list[Payload]) -> Problems:
    if len(options) > 25:
        yield f"{at}: {len(options)} options, of at most 25"
    names = [o.get("name") for o in options]
    if len(set(names)) < len(names):
        yield f"{at}: two options have the same name"
    needed = [bool(o.get("required")) for o in options]
    if needed != sorted(needed, reverse=True):
        yield f"{at}: a required option comes after one that is not"
    for option in options:
        where = f"{at}.{option.get('name', '')}"
        yield from _check_command_name(where, option.get("name", ""))
        yield from _length(f"{where}.description", option.get("description") or "", 1, 100)
        yield from _check_choices(where, option.get("choices") or [])
        if option.get("choices") and option.get("autocomplete"):
            yield f"{where}: autocomplete beside choices"
        if option.get("type") in (_SUBCOMMAND, _GROUP):
            yield from _check_options(where, option.get("options") or [])


def _check_command_name(at: str, name: str) -> Problems:
    if not _COMMAND_NAME.fullmatch(name) or name != name.lower():
        yield f"{at}: not a name of a command: {name!r}"


def _check_choices(at: str, choices: list[Payload]) -> Problems:
    if len(choices) > 25:
        yield f"{at}: {len(choices)} choices, of at most 25"
    for choice in choices:
        yield from _length(f"{at}: name of a choice", choice.get("name", ""), 1, 100)
        value = choice.get("value")
        yield from _length(f"{at}: value of a choice", value if isinstance(value, str) else None, 0, 100)


def _characters(command: Payload) -> int:
    """What counts for the size of a command: names, descriptions and values of choices."""
    n = len(command.get("name") or "") + len(command.get("description") or "")
    n += sum(len(c["name"]) + len(str(c["value"])) for c in command.get("choices") or ())
    return n + sum(map(_characters, command.get("options") or ()))


def _length(at: str, text: Any, least: int, most: int) -> Problems:
    if text is not None and not least <= len(text) <= most:
        yield f"{at}: {len(text)} characters, of {least} to {most}"
