"""What a member may do in a channel."""

from __future__ import annotations

from discord import Permissions

from tests.discord_server.state import Channel, Guild, User

ALL = Permissions.all().value
IN_DIRECT_MESSAGES = Permissions(
    view_channel=True, send_messages=True, embed_links=True, attach_files=True, read_message_history=True
).value


def permissions_in(guild: Guild, user: User, channel: Channel | None = None) -> int:
    """The bits of a member in a guild, or in one of its channels; none for whoever is no member."""
    member = guild.members.get(user.id)
    if member is None:
        return 0
    if user is guild.owner:
        return ALL
    bits = guild.everyone.permissions
    for role in member.roles:
        bits |= role.permissions
    if bits & Permissions(administrator=True).value:
        return ALL
    if channel is None:
        return bits
    overwrites = (channel.parent if channel.is_thread and channel.parent else channel).overwrites
    bits = _apply(bits, [overwrites.get(guild.everyone.id)])
    bits = _apply(bits, [overwrites.get(role.id) for role in member.roles])
    bits = _apply(bits, [overwrites.get(user.id)])
    return bits if bits & Permissions(view_channel=True).value else 0


def may(user: User, channel: Channel, **permissions: bool) -> bool:
    """Whether a user has all these permissions in a channel."""
    wanted = Permissions(**permissions).value
    if channel.guild is None:
        return IN_DIRECT_MESSAGES & wanted == wanted
    return permissions_in(channel.guild, user, channel) & wanted == wanted


def _apply(bits: int, overwrites: list[tuple[int, int] | None]) -> int:
    allow = deny = 0
    for overwrite in filter(None, overwrites):
        allow |= overwrite[0]
        deny |= overwrite[1]
    return bits & ~deny | allow
