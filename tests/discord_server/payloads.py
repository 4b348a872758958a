"""Records as the JSON that Discord sends; message content is left out for whoever may not see it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.discord_server.permissions import permissions_in
from tests.discord_server.state import (
    Callback,
    Channel,
    ChannelType,
    Guild,
    Interaction,
    InteractionType,
    Member,
    Message,
    Payload,
    Role,
    User,
)


def format_time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def user_payload(user: User) -> Payload:
    return {
        "id": str(user.id),
        "username": user.name,
        "global_name": user.name,
        "discriminator": "0",
        "avatar": None,
        "bot": user.bot,
        "public_flags": 0,
    }


def member_payload(member: Member) -> Payload:
    return {
        "user": user_payload(member.user),
        "roles": [str(role.id) for role in member.roles],
        "nick": None,
        "avatar": None,
        "joined_at": "2024-01-01T00:00:00+00:00",
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
    }


def role_payload(role: Role) -> Payload:
    return {
        "id": str(role.id),
        "name": role.name,
        "permissions": str(role.permissions),
        "position": 0,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": False,
        "mentionable": False,
        "flags": 0,
    }


def channel_payload(channel: Channel) -> Payload:
    payload: Payload = {
        "id": str(channel.id),
        "type": channel.type.value,
        "last_message_id": str(max(channel.messages)) if channel.messages else None,
        "flags": 0,
    }
    if channel.recipient is not None:
        return payload | {"recipients": [user_payload(channel.recipient)]}
    guild_id = str(channel.guild.id) if channel.guild else None
    payload |= {"name": channel.name, "guild_id": guild_id, "rate_limit_per_user": 0}
    if channel.is_thread and channel.parent and channel.owner:
        return payload | {
            "parent_id": str(channel.parent.id),
            "owner_id": str(channel.owner.id),
            "message_count": len(channel.messages),
            "member_count": 1,
            "thread_metadata": {
                "archived": channel.archived,
                "auto_archive_duration": 1440,
                "archive_timestamp": "2024-01-01T00:00:00+00:00",
                "locked": False,
            },
        }
    payload |= {"position": 0, "parent_id": None, "topic": None, "permission_overwrites": _overwrites(channel)}
    return payload | ({"available_tags": []} if channel.type is ChannelType.FORUM else {})


def guild_payload(guild: Guild, viewer: User) -> Payload:
    """As in GUILD_CREATE; without the members' intent, its members are the bot alone."""
    channels = list(guild.channels.values())
    return {
        "id": str(guild.id),
        "name": guild.name,
        "owner_id": str(guild.owner.id),
        "roles": [role_payload(role) for role in guild.roles.values()],
        "members": [member_payload(guild.members[viewer.id])],
        "member_count": len(guild.members),
        "channels": [channel_payload(c) for c in channels if not c.is_thread],
        "threads": [channel_payload(c) for c in channels if c.is_thread and not c.archived],
        "large": False,
        "unavailable": False,
        "joined_at": "2024-01-01T00:00:00+00:00",
        "preferred_locale": "en-US",
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "features": [],
        "emojis": [],
        "stickers": [],
        "voice_states": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def sees_content(message: Message, viewer: User, privileged: bool) -> bool:
    """Discord's rule: with the privileged intent, in direct messages, of one's own, and where one is mentioned."""
    return privileged or message.channel.guild is None or message.author is viewer or viewer in message.mentions


def message_payload(message: Message, viewer: User, privileged: bool, nested: bool = False) -> Payload:
    """A message as `viewer` gets it; `privileged` tells that it has the message-content intent."""
    seen = sees_content(message, viewer, privileged)
    payload: Payload = {
        "id": str(message.id),
        "channel_id": str(message.channel.id),
        "type": _message_type(message),
        "author": user_payload(message.author),
        "content": message.content if seen else "",
        "embeds": message.embeds if seen else [],
        "components": message.components if seen else [],
        "attachments": message.attachments if seen else [],
        "timestamp": format_time(message.created_at),
        "edited_timestamp": format_time(message.edited_at) if message.edited_at else None,
        "tts": False,
        "pinned": False,
        "flags": message.flags,
        "mentions": [user_payload(user) for user in message.mentions],
        "mention_roles": [str(i) for i in message.mentioned_roles],
        "mention_everyone": message.mentions_everyone,
    }
    guild = message.channel.guild
    if guild is not None:
        payload["guild_id"] = str(guild.id)
        member = guild.members.get(message.author.id)
        if member is not None and not nested:
            payload["member"] = {k: v for k, v in member_payload(member).items() if k != "user"}
    if message.interaction is not None:
        payload |= {"webhook_id": payload["author"]["id"], "application_id": payload["author"]["id"]}
        payload["interaction_metadata"] = _interaction_metadata(message.interaction)
    if message.reply_to is not None:
        payload["message_reference"] = {
            "type": 0,
            "message_id": str(message.reply_to.id),
            "channel_id": str(message.reply_to.channel.id),
            **({"guild_id": str(guild.id)} if guild else {}),
        }
        if not nested:
            gone = message.reply_to.deleted
            payload["referenced_message"] = (
                None if gone else message_payload(message.reply_to, viewer, privileged, nested=True)
            )
    return payload


def interaction_payload(interaction: Interaction, application: User) -> Payload:
    """An interaction as INTERACTION_CREATE brings it."""
    channel, guild = interaction.channel, interaction.channel.guild
    payload: Payload = {
        "id": str(interaction.id),
        "application_id": str(application.id),
        "type": interaction.type.value,
        "token": interaction.token,
        "version": 1,
        "data": interaction.data,
        "channel_id": str(channel.id),
        "channel": channel_payload(channel),
        "locale": "en-US",
        "entitlements": [],
        "attachment_size_limit": 10_485_760,
        "context": 1 if guild is None else 0,
        "authorizing_integration_owners": {"0": str(guild.id) if guild else "0"},
        "app_permissions": str(permissions_in(guild, application, channel)) if guild else "0",
    }
    if guild is None:
        payload["user"] = user_payload(interaction.user)
    else:
        permissions = permissions_in(guild, interaction.user, channel)
        payload |= {
            "guild_id": str(guild.id),
            "guild_locale": "en-US",
            "guild": {"id": str(guild.id), "locale": "en-US", "features": []},
            "member": member_payload(guild.members[interaction.user.id]) | {"permissions": str(permissions)},
        }
    if interaction.source is not None:
        payload["message"] = message_payload(interaction.source, application, privileged=True)
    return payload


def callback_payload(interaction: Interaction, application: User) -> Payload:
    """The answer to a callback that asked for one."""
    message = interaction.original
    summary: dict[str, Any] = {"id": str(interaction.id), "type": interaction.type.value}
    if message is None:
        return {"interaction": summary}
    summary |= {
        "response_message_id": str(message.id),
        "response_message_loading": message.thinking,
        "response_message_ephemeral": message.ephemeral,
    }
    if interaction.callback not in (Callback.MESSAGE, Callback.UPDATE):
        return {"interaction": summary}
    shown = message_payload(message, application, privileged=True)
    return {"interaction": summary, "resource": {"type": interaction.callback.value, "message": shown}}


def _message_type(message: Message) -> int:
    if message.interaction is not None and message.is_interaction_response:
        return 20 if message.interaction.type is InteractionType.COMMAND else 19
    return 19 if message.reply_to else 0


def _interaction_metadata(interaction: Interaction) -> Payload:
    return {
        "id": str(interaction.id),
        "type": interaction.type.value,
        "user": user_payload(interaction.user),
        "authorizing_integration_owners": {},
    }


def _overwrites(channel: Channel) -> list[Payload]:
    roles = channel.guild.roles if channel.guild else {}
    return [
        {"id": str(i), "type": 0 if i in roles else 1, "allow": str(allow), "deny": str(deny)}
        for i, (allow, deny) in channel.overwrites.items()
    ]
