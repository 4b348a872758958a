"""Messages in channels: sent, edited, deleted, read."""

from __future__ import annotations

from typing import Any

from tests.discord_server import errors
from tests.discord_server.limits import Problems, check_mentions, check_message
from tests.discord_server.permissions import may
from tests.discord_server.routes.route import Call, Operation, Refused
from tests.discord_server.state import Channel, ChannelType, Flag, Message, Payload

_MOST_READ = 100


def create_message(call: Call) -> Payload:
    world, body = call.world, call.body
    channel = world.channel(call.id("channel_id"))
    see_that_it_may_be_sent(call, channel)
    if body.get("nonce") and body.get("enforce_nonce"):
        for message in channel.messages.values():
            if message.author is world.bot and message.nonce == str(body["nonce"]):
                return world.sees(message)
    message = world.send(
        channel,
        world.bot,
        reply_to=_replied_to(call, channel),
        allowed_mentions=body.get("allowed_mentions"),
        nonce=str(body["nonce"]) if body.get("nonce") else None,
        **shown_in(call, body),
    )
    return world.sees(message)


def edit_message(call: Call) -> Payload:
    message = _message(call)
    if message.author is not call.world.bot:
        raise errors.foreign_message()
    change_message(call, message, call.body)
    return call.world.sees(message)


def delete_message(call: Call) -> None:
    message = _message(call)
    if message.author is not call.world.bot and not may(call.world.bot, message.channel, manage_messages=True):
        raise errors.missing_permissions()
    call.world.delete(message)


def get_message(call: Call) -> Payload:
    message = _message(call)
    if not may(call.world.bot, message.channel, read_message_history=True):
        raise errors.missing_access()
    return call.world.sees(message)


def list_messages(call: Call) -> list[Payload]:
    channel = call.world.channel(call.id("channel_id"))
    if not may(call.world.bot, channel, read_message_history=True):
        return []
    before, after = int(call.query.get("before", 1 << 63)), int(call.query.get("after", 0))
    found = [m for i, m in channel.messages.items() if after < i < before and not m.deleted and not m.ephemeral]
    n = min(int(call.query.get("limit", 50)), _MOST_READ)
    kept = found[:n] if after else found[-n:]
    return [call.world.sees(m) for m in reversed(kept)]


def start_typing(call: Call) -> None:
    channel = call.world.channel(call.id("channel_id"))
    see_that_it_may_be_sent(call, channel)
    call.world.typing.append(channel)


def react(call: Call) -> None:
    message = _message(call)
    if not may(call.world.bot, message.channel, add_reactions=True, read_message_history=True):
        raise errors.missing_permissions()


def see_that_it_may_be_sent(call: Call, channel: Channel) -> None:
    """Raise what Discord answers where the bot may not send this."""
    bot, body = call.world.bot, call.body or {}
    if channel.type is ChannelType.FORUM:
        raise errors.not_a_text_channel()
    if channel.recipient is not None and not channel.recipient.accepts_dms:
        raise errors.closed_direct_messages()
    wanted = {"send_messages_in_threads" if channel.is_thread else "send_messages": True}
    wanted |= {"embed_links": True} if body.get("embeds") else {}
    wanted |= {"attach_files": True} if call.files else {}
    if not may(bot, channel, **wanted):
        raise errors.missing_permissions()
    if body.get("message_reference") and not may(bot, channel, read_message_history=True):
        raise errors.no_reply_without_history()


def shown_in(call: Call, body: Payload) -> dict[str, Any]:
    """What the fields of a body set in a message; fields that are not in it are left alone."""
    shown: dict[str, Any] = {}
    if "content" in body:
        shown["content"] = body["content"] or ""
    for name in ("embeds", "components"):
        if name in body:
            shown[name] = body[name] or []
    if "attachments" in body or call.files:
        shown["attachments"] = call.files
    if body.get("flags"):
        shown["flags"] = body["flags"]
    return shown


def change_message(call: Call, message: Message, body: Payload) -> None:
    """Edit a message; its flag of components V2 stays for good."""
    shown = shown_in(call, body)
    is_v2 = (message.flags | shown.get("flags", 0)) & Flag.COMPONENTS_V2
    if is_v2 and any(shown.get(name, getattr(message, name)) for name in ("content", "embeds")):
        raise Refused("flags: a message of components V2 has neither content nor embeds")
    kept = message.flags & (Flag.EPHEMERAL | Flag.COMPONENTS_V2)
    shown["flags"] = kept | shown.get("flags", 0) & Flag.COMPONENTS_V2
    call.world.edit(message, body.get("allowed_mentions"), **shown)


def check_new(body: Any, n_files: int) -> Problems:
    return check_message(body, creates=True, n_files=n_files)


def check_edit(body: Any, n_files: int) -> Problems:
    return check_message(body, creates=False, n_files=n_files)


def check_mentions_of_new(body: Any) -> Problems:
    return check_mentions(body, creates=True)


def check_mentions_of_edit(body: Any) -> Problems:
    return check_mentions(body, creates=False)


def _message(call: Call) -> Message:
    return call.world.message(call.world.channel(call.id("channel_id")), call.id("message_id"))


def _replied_to(call: Call, channel: Channel) -> Message | None:
    reference = call.body.get("message_reference")
    if not reference:
        return None
    try:
        return call.world.message(channel, int(reference["message_id"]))
    except errors.ApiError:
        if reference.get("fail_if_not_exists", True):
            raise errors.invalid_body("message_reference: Unknown message") from None
        return None


_ONE = "/channels/{channel_id}/messages/{message_id}"

ROUTES = (
    Operation("POST", "/channels/{channel_id}/messages", create_message, check_new, check_mentions_of_new),
    Operation("GET", "/channels/{channel_id}/messages", list_messages),
    Operation("GET", _ONE, get_message),
    Operation("PATCH", _ONE, edit_message, check_edit, check_mentions_of_edit),
    Operation("DELETE", _ONE, delete_message),
    Operation("PUT", f"{_ONE}/reactions/{{emoji_name}}/@me", react),
    Operation("DELETE", f"{_ONE}/reactions/{{emoji_name}}/@me", react),
    Operation("POST", "/channels/{channel_id}/typing", start_typing),
)
