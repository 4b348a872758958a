"""What Discord's client lets a person do: which commands it offers, and which values it lets through."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.discord_server.payloads import channel_payload, member_payload, role_payload, user_payload
from tests.discord_server.permissions import permissions_in
from tests.discord_server.state import Channel, Message, Payload, Role, User, walk_components

BUTTONS, SELECTS = frozenset({2}), frozenset({3, 5, 6, 7, 8})
SLASH, MESSAGE_MENU = 1, 3
_SUBCOMMANDS = (1, 2)
_STRING, _BOOLEAN, _SELECT = 3, 5, 3
_TYPES: dict[int, tuple[type, ...]] = {
    3: (str,),
    4: (int,),
    5: (bool,),
    6: (User,),
    7: (Channel,),
    8: (Role,),
    9: (User, Role),
    10: (int, float),
}
_BOXES = ((User, "users"), (Channel, "channels"), (Role, "roles"))


class NotOffered(LookupError):
    """Discord's client does not let a person do that."""


def offered_commands(known: dict[int | None, list[Payload]], user: User, channel: Channel, type: int) -> list[Payload]:
    """The commands, global and of the guild, that somebody sees in a channel."""
    local = known.get(channel.guild.id, []) if channel.guild else []
    return [c for c in [*known[None], *local] if c["type"] == type and _is_offered(c, user, channel)]


def find_subcommand(command: Payload, names: Iterable[str]) -> list[Payload]:
    """The command and the subcommands below it, down to the one that takes options."""
    path = [command]
    for name in names:
        path.append(find_option(path[-1], name))
    below = [o["name"] for o in path[-1].get("options", ()) if o["type"] in _SUBCOMMANDS]
    if below:
        raise NotOffered(f"{path[-1]['name']} has subcommands: {below}")
    return path


def find_option(command: Payload, name: str) -> Payload:
    options: list[Payload] = command.get("options", [])
    for option in options:
        if option["name"] == name:
            return option
    raise NotOffered(f"{command['name']} has no {name}, but {[o['name'] for o in options]}")


def fill_option(command: Payload, name: str, value: Any) -> Payload:
    """An option with a value that it takes."""
    option = find_option(command, name)
    if not isinstance(value, _TYPES[option["type"]]) or (isinstance(value, bool) and option["type"] != _BOOLEAN):
        raise NotOffered(f"{name} cannot be {value!r}")
    size = len(value) if isinstance(value, str) else value
    least, most = ("min_length", "max_length") if option["type"] == _STRING else ("min_value", "max_value")
    if option.get(least) is not None and size < option[least]:
        raise NotOffered(f"{name} is out of bounds: {value!r}")
    if option.get(most) is not None and size > option[most]:
        raise NotOffered(f"{name} is out of bounds: {value!r}")
    choices = [c["value"] for c in option.get("choices") or ()]
    if choices and value not in choices:
        raise NotOffered(f"{name} is one of {choices}")
    sent = str(value.id) if isinstance(value, User | Channel | Role) else value
    return {"name": name, "type": option["type"], "value": sent}


def command_data(path: list[Payload], options: list[Payload]) -> Payload:
    """The data of a command whose options stand below its subcommands."""
    for part in reversed(path[1:]):
        options = [{"name": part["name"], "type": part["type"], "options": options}]
    return {"id": path[0]["id"], "name": path[0]["name"], "type": SLASH, "options": options}


def resolve(values: Iterable[Any], user: User, channel: Channel) -> Payload:
    """The records behind the users, channels and roles among the values of options."""
    resolved: Payload = {}
    for value in values:
        box = next((box for kind, box in _BOXES if isinstance(value, kind)), None)
        if box is None:
            continue
        resolved.setdefault(box, {})[str(value.id)] = _record(value, user)
        if isinstance(value, User) and channel.guild and value.id in channel.guild.members:
            member = member_payload(channel.guild.members[value.id])
            resolved.setdefault("members", {})[str(value.id)] = {k: v for k, v in member.items() if k != "user"}
    return resolved


def find_component(message: Message, user: User, types: frozenset[int], name: str) -> Payload:
    """A button or select by its label, emoji, placeholder or custom_id; the first one without a name."""
    owner = message.interaction.user if message.interaction else None
    if message.deleted or (message.ephemeral and owner is not user):
        raise NotOffered(f"{user.name} does not see that message")
    found = [c for c in walk_components(message.components) if c.get("type") in types]
    for component in found:
        emoji = (component.get("emoji") or {}).get("name")
        if name in ("", component.get("label"), emoji, component.get("placeholder"), component.get("custom_id")):
            if component.get("disabled"):
                raise NotOffered(f"{name} is disabled")
            return component
    raise NotOffered(f"there is no {name!r}, but {[c.get('label') or c.get('custom_id') for c in found]}")


def choose(select: Payload, labels: Iterable[str]) -> list[str]:
    """The values of the options with these labels or values."""
    labels = list(labels)
    values = [o["value"] for o in select["options"] if o["label"] in labels or o["value"] in labels]
    if len(values) != len(labels) or not select.get("min_values", 1) <= len(values) <= select.get("max_values", 1):
        raise NotOffered(f"cannot choose {labels} of {[o['label'] for o in select['options']]}")
    return values


def fill_modal(modal: Payload, texts: dict[str, str]) -> Payload:
    """The data of a modal whose inputs are filled in, by their custom_ids."""
    unknown = set(texts) - {c.get("custom_id") for c in walk_components(modal["components"])}
    if unknown:
        raise NotOffered(f"the modal has no {', '.join(sorted(unknown))}")
    return {"custom_id": modal["custom_id"], "components": [_fill(row, texts) for row in modal["components"]]}


def _is_offered(command: Payload, user: User, channel: Channel) -> bool:
    contexts = command.get("contexts")
    if channel.guild is None:
        return 1 in contexts if contexts else command.get("dm_permission") is not False
    needed = int(command["default_member_permissions"] or 0)
    return (not contexts or 0 in contexts) and permissions_in(channel.guild, user, channel) & needed == needed


def _record(value: User | Channel | Role, user: User) -> Payload:
    if isinstance(value, User):
        return user_payload(value)
    if isinstance(value, Role):
        return role_payload(value)
    bits = permissions_in(value.guild, user, value) if value.guild else 0
    return channel_payload(value) | {"permissions": str(bits)}


def _fill(row: Payload, texts: dict[str, str]) -> Payload:
    """A row or label of a modal, as it comes back when it was filled in."""
    if "components" in row:
        return {"type": row["type"], "components": [_fill(item, texts) for item in row["components"]]}
    if "component" in row:
        return {"type": row["type"], "component": _fill(row["component"], texts)}
    text = texts.get(row.get("custom_id", ""), row.get("value") or "")
    if row.get("required", True) and not text:
        raise NotOffered(f"{row.get('custom_id')} is required")
    if text and not (row.get("min_length") or 0) <= len(text) <= (row.get("max_length") or 4000):
        raise NotOffered(f"{row.get('custom_id')} has the wrong length")
    if row.get("type") == _SELECT:
        return {"type": _SELECT, "custom_id": row["custom_id"], "values": [text]}
    return {"type": row["type"], "custom_id": row["custom_id"], "value": text}
