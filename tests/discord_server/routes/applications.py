"""The application, its commands, the gateway's address, users and guilds."""

from __future__ import annotations

from typing import Any

from tests.discord_server import errors
from tests.discord_server.limits import Problems, check_command, check_commands
from tests.discord_server.payloads import channel_payload, guild_payload, member_payload, user_payload
from tests.discord_server.routes.route import Call, Operation
from tests.discord_server.state import Guild, Payload


def get_application(call: Call) -> Payload:
    bot = call.world.bot
    return {
        "id": str(bot.id),
        "name": bot.name,
        "icon": None,
        "description": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": 0,
        "owner": user_payload(bot),
    }


def get_own_user(call: Call) -> Payload:
    return user_payload(call.world.bot)


def get_user(call: Call) -> Payload:
    if call.id("user_id") not in call.world.users:
        raise errors.unknown("User")
    return user_payload(call.world.users[call.id("user_id")])


def get_gateway(call: Call) -> Payload:
    return {"url": call.world.gateway.url}


def get_bot_gateway(call: Call) -> Payload:
    limit = {"total": 1000, "remaining": 1000, "reset_after": 86_400_000, "max_concurrency": 1}
    return {"url": call.world.gateway.url, "shards": call.world.n_shards, "session_start_limit": limit}


def get_guild(call: Call) -> Payload:
    return guild_payload(_guild(call), call.world.bot)


def list_channels(call: Call) -> list[Payload]:
    return [channel_payload(c) for c in _guild(call).channels.values() if not c.is_thread]


def get_member(call: Call) -> Payload:
    member = _guild(call).members.get(call.id("user_id"))
    if member is None:
        raise errors.unknown("Member")
    return member_payload(member)


def leave_guild(call: Call) -> None:
    call.world.remove_bot(_guild(call))


def list_commands(call: Call) -> list[Payload]:
    return call.world.commands.get(_command_scope(call), [])


def replace_commands(call: Call) -> list[Payload]:
    scope = _command_scope(call)
    known = {(c["type"], c["name"]): c["id"] for c in call.world.commands.get(scope, ())}
    call.world.commands[scope] = [_command(call, c, known.get((c.get("type") or 1, c["name"]))) for c in call.body]
    return call.world.commands[scope]


def add_command(call: Call) -> Payload:
    commands = call.world.commands.setdefault(_command_scope(call), [])
    same = [c for c in commands if (c["type"], c["name"]) == (call.body.get("type") or 1, call.body["name"])]
    command = _command(call, call.body, same[0]["id"] if same else None)
    commands[:] = [c for c in commands if c not in same] + [command]
    return command


def delete_command(call: Call) -> None:
    commands = call.world.commands.get(_command_scope(call), [])
    kept = [c for c in commands if c["id"] != call.params["command_id"]]
    if len(kept) == len(commands):
        raise errors.unknown("application command")
    commands[:] = kept


def _command(call: Call, body: Payload, command_id: str | None) -> Payload:
    permissions = body.get("default_member_permissions")
    return body | {
        "id": command_id or str(call.world.ids.new()),
        "application_id": str(call.world.bot.id),
        "type": body.get("type") or 1,
        "description": body.get("description") or "",
        "options": body.get("options") or [],
        "default_member_permissions": None if permissions is None else str(permissions),
        "version": str(call.world.ids.new()),
    }


def _command_scope(call: Call) -> int | None:
    if call.id("application_id") != call.world.bot.id:
        raise errors.unknown("Application")
    return _guild(call).id if "guild_id" in call.params else None


def _guild(call: Call) -> Guild:
    guild = call.world.guilds.get(call.id("guild_id"))
    if guild is None:
        raise errors.unknown("Guild")
    if call.world.bot.id not in guild.members:
        raise errors.missing_access()
    return guild


def _check_commands(body: Any, n_files: int) -> Problems:
    return check_commands(body)


def _check_command(body: Any, n_files: int) -> Problems:
    return check_command(body)


_GLOBAL = "/applications/{application_id}/commands"
_LOCAL = "/applications/{application_id}/guilds/{guild_id}/commands"

ROUTES = (
    Operation("GET", "/oauth2/applications/@me", get_application),
    Operation("GET", "/applications/@me", get_application),
    Operation("GET", "/users/@me", get_own_user),
    Operation("GET", "/users/{user_id}", get_user),
    Operation("DELETE", "/users/@me/guilds/{guild_id}", leave_guild),
    Operation("GET", "/gateway", get_gateway, needs_token=False),
    Operation("GET", "/gateway/bot", get_bot_gateway),
    Operation("GET", "/guilds/{guild_id}", get_guild),
    Operation("GET", "/guilds/{guild_id}/channels", list_channels),
    Operation("GET", "/guilds/{guild_id}/members/{user_id}", get_member),
    *(
        operation
        for scope in (_GLOBAL, _LOCAL)
        for operation in (
            Operation("GET", scope, list_commands),
            Operation("PUT", scope, replace_commands, _check_commands),
            Operation("POST", scope, add_command, _check_command, status=201),
            Operation("DELETE", f"{scope}/{{command_id}}", delete_command),
        )
    ),
)
