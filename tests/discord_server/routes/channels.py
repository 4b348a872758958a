"""Channels, direct messages and threads."""

from __future__ import annotations

from typing import Any

from tests.discord_server import errors
from tests.discord_server.limits import Problems, check_mentions, check_message, check_thread
from tests.discord_server.payloads import channel_payload
from tests.discord_server.permissions import may
from tests.discord_server.routes.messages import shown_in
from tests.discord_server.routes.route import Call, Operation
from tests.discord_server.state import Channel, ChannelType, Payload


def open_direct_messages(call: Call) -> Payload:
    user = call.world.users.get(int(call.body["recipient_id"]))
    if user is None:
        raise errors.unknown("User")
    if user.bot:
        raise errors.closed_direct_messages()
    return channel_payload(call.world.direct_channel(user))


def get_channel(call: Call) -> Payload:
    return channel_payload(call.world.channel(call.id("channel_id")))


def edit_channel(call: Call) -> Payload:
    channel = call.world.channel(call.id("channel_id"))
    own = channel.owner is call.world.bot
    if not own and not may(
        call.world.bot, channel, **{"manage_threads" if channel.is_thread else "manage_channels": True}
    ):
        raise errors.missing_permissions()
    channel.name = call.body.get("name", channel.name)
    channel.archived = call.body.get("archived", channel.archived)
    call.world.announce_channel("THREAD_UPDATE" if channel.is_thread else "CHANNEL_UPDATE", channel)
    return channel_payload(channel)


def start_thread_from_message(call: Call) -> Payload:
    channel = call.world.channel(call.id("channel_id"))
    message = call.world.message(channel, call.id("message_id"))
    return channel_payload(_start(call, channel, message.id))


def start_thread(call: Call) -> Payload:
    """Without a message; in a forum, with the message that the post begins with."""
    channel = call.world.channel(call.id("channel_id"))
    thread = _start(call, channel, None)
    if channel.type is not ChannelType.FORUM:
        return channel_payload(thread)
    body = call.body["message"]
    message = call.world.send(
        thread, call.world.bot, allowed_mentions=body.get("allowed_mentions"), starts=True, **shown_in(call, body)
    )
    return channel_payload(thread) | {"message": call.world.sees(message)}


def join_thread(call: Call) -> None:
    call.world.channel(call.id("channel_id"))


def _start(call: Call, channel: Channel, thread_id: int | None) -> Channel:
    needed = "send_messages" if channel.type is ChannelType.FORUM else "create_public_threads"
    if channel.guild is None or channel.is_thread or not may(call.world.bot, channel, **{needed: True}):
        raise errors.missing_permissions()
    return call.world.add_thread(channel, call.body["name"], call.world.bot, thread_id)


def _check_thread(body: Any, n_files: int) -> Problems:
    yield from check_thread(body)
    if body.get("message"):
        yield from check_message(body["message"], creates=True, n_files=n_files)


def _check_mentions(body: Any) -> Problems:
    if body.get("message"):
        yield from check_mentions(body["message"], creates=True)


def _check_channel(body: Any, n_files: int) -> Problems:
    if "name" in body:
        yield from check_thread(body)


ROUTES = (
    Operation("POST", "/users/@me/channels", open_direct_messages),
    Operation("GET", "/channels/{channel_id}", get_channel),
    Operation("PATCH", "/channels/{channel_id}", edit_channel, _check_channel),
    Operation(
        "POST",
        "/channels/{channel_id}/messages/{message_id}/threads",
        start_thread_from_message,
        _check_thread,
        status=201,
    ),
    Operation("POST", "/channels/{channel_id}/threads", start_thread, _check_thread, _check_mentions, status=201),
    Operation("PUT", "/channels/{channel_id}/thread-members/@me", join_thread),
)
