"""Answers to interactions: the callback within three seconds, then the token as a webhook for fifteen minutes."""

from __future__ import annotations

from typing import Any

from tests.discord_server import errors
from tests.discord_server.limits import Problems, check_choices, check_mentions, check_message, check_modal
from tests.discord_server.payloads import callback_payload, message_payload
from tests.discord_server.routes.messages import (
    change_message,
    check_edit,
    check_mentions_of_edit,
    check_mentions_of_new,
    check_new,
    shown_in,
)
from tests.discord_server.routes.route import Call, Operation, Refused
from tests.discord_server.state import Callback, Flag, Interaction, InteractionType, Message, Payload

_NEW = frozenset({Callback.MESSAGE, Callback.DEFERRED_MESSAGE})
_OVER = frozenset({Callback.DEFERRED_UPDATE, Callback.UPDATE})
_FITTING = {
    InteractionType.COMMAND: _NEW | {Callback.MODAL},
    InteractionType.COMPONENT: _NEW | _OVER | {Callback.MODAL},
    InteractionType.AUTOCOMPLETE: frozenset({Callback.CHOICES}),
    InteractionType.MODAL: _NEW | _OVER,
}


def answer_interaction(call: Call) -> Payload | None:
    interaction = call.world.waiting_interaction(call.id("interaction_id"), call.params["interaction_token"])
    callback, data = Callback(call.body["type"]), call.body.get("data") or {}
    if callback not in _FITTING[interaction.type] or (callback in _OVER and interaction.source is None):
        raise Refused(f"type: {callback.value} does not answer an interaction of type {interaction.type.value}")
    if callback in _NEW:
        interaction.original = _respond(call, interaction, data, callback is Callback.DEFERRED_MESSAGE)
    elif callback in _OVER:
        interaction.original = interaction.source
        if callback is Callback.UPDATE and interaction.source is not None:
            change_message(call, interaction.source, data)
    elif callback is Callback.MODAL:
        interaction.modal = data
    else:
        interaction.choices = data["choices"]
    interaction.callback = callback
    wanted = call.query.get("with_response") in ("1", "true")
    return callback_payload(interaction, call.world.bot) if wanted else None


def follow_up(call: Call) -> Payload | None:
    """A further message; the first one after a deferral takes the place of the placeholder."""
    interaction = _interaction(call)
    original = interaction.original
    if original is not None and original.thinking and not original.deleted:
        change_message(call, original, call.body)
        message = original
    else:
        message = _respond(call, interaction, call.body)
        interaction.followups.append(message)
    return _sees(call, message) if call.query.get("wait") in ("1", "true") else None


def get_response(call: Call) -> Payload:
    return _sees(call, _response(call))


def edit_response(call: Call) -> Payload:
    message = _response(call)
    change_message(call, message, call.body)
    return _sees(call, message)


def delete_response(call: Call) -> None:
    call.world.delete(_response(call))


def _respond(call: Call, interaction: Interaction, body: Payload, thinking: bool = False) -> Message:
    shown = shown_in(call, body) if not thinking else {}
    flags = (body.get("flags") or 0) & (Flag.EPHEMERAL | Flag.COMPONENTS_V2)
    message = call.world.send(
        interaction.channel,
        call.world.bot,
        allowed_mentions=body.get("allowed_mentions"),
        **(shown | {"flags": flags | (Flag.LOADING if thinking else 0)}),
        interaction=interaction,
        is_interaction_response=interaction.callback is None,
    )
    return message


def _interaction(call: Call) -> Interaction:
    return call.world.interaction_of(call.id("webhook_id"), call.params["webhook_token"])


def _response(call: Call) -> Message:
    """The response, or the follow-up that the path names."""
    interaction = _interaction(call)
    wanted = call.params.get("message_id", "@original")
    mine = [interaction.original] if wanted == "@original" else [interaction.original, *interaction.followups]
    for message in mine:
        if message and not message.deleted and wanted in ("@original", str(message.id)):
            return message
    raise errors.unknown("Message")


def _sees(call: Call, message: Message) -> Payload:
    return message_payload(message, call.world.bot, privileged=True)


def _check_callback(body: Any, n_files: int) -> Problems:
    data = body.get("data") or {}
    if body.get("type") in (Callback.MESSAGE, Callback.UPDATE):
        yield from check_message(data, creates=body["type"] == Callback.MESSAGE, n_files=n_files)
    elif body.get("type") == Callback.CHOICES:
        yield from check_choices(data)
    elif body.get("type") == Callback.MODAL:
        yield from check_modal(data)
    elif body.get("type") not in tuple(Callback):
        yield f"type: no callback {body.get('type')!r}"


def _check_mentions(body: Any) -> Problems:
    if body.get("type") in (Callback.MESSAGE, Callback.UPDATE):
        yield from check_mentions(body.get("data") or {}, creates=body["type"] == Callback.MESSAGE)


_WEBHOOK = "/webhooks/{webhook_id}/{webhook_token}"

ROUTES = (
    Operation(
        "POST",
        "/interactions/{interaction_id}/{interaction_token}/callback",
        answer_interaction,
        _check_callback,
        _check_mentions,
        needs_token=False,
    ),
    Operation("POST", _WEBHOOK, follow_up, check_new, check_mentions_of_new, needs_token=False),
    *(
        operation
        for one in (f"{_WEBHOOK}/messages/@original", f"{_WEBHOOK}/messages/{{message_id}}")
        for operation in (
            Operation("GET", one, get_response, needs_token=False),
            Operation("PATCH", one, edit_response, check_edit, check_mentions_of_edit, needs_token=False),
            Operation("DELETE", one, delete_response, needs_token=False),
        )
    ),
)
