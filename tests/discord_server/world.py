"""One Discord: its records, and everything that happens to them, told to the bot over the gateway."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable
from typing import Any

from discord import Intents, Permissions

from tests.discord_server import errors
from tests.discord_server.gateway import Gateway
from tests.discord_server.payloads import (
    channel_payload,
    guild_payload,
    interaction_payload,
    message_payload,
    role_payload,
)
from tests.discord_server.permissions import may
from tests.discord_server.session import Session
from tests.discord_server.state import (
    RESPONSE_S,
    TOKEN_S,
    Channel,
    ChannelType,
    Guild,
    Ids,
    Interaction,
    InteractionType,
    Member,
    Message,
    Payload,
    Role,
    User,
    text_displays,
)
from tests.discord_server.waiting import Changes

EVERYONE = Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    create_public_threads=True,
    embed_links=True,
    attach_files=True,
    read_message_history=True,
    add_reactions=True,
    use_application_commands=True,
).value
_PARSED = ("everyone", "roles", "users")


class World:
    """The records and what changes them."""

    def __init__(
        self, clock: Callable[[], float], changes: Changes, token: str, n_shards: int, approved: int, heartbeat_s: float
    ) -> None:
        self.clock = clock
        self.changes = changes
        self.ids = Ids(clock)
        self.token = token
        self.bot = User(self.ids.new(), "newsdesk", bot=True)
        self.has_content_over_rest = bool(approved & Intents(message_content=True).value)
        self.users: dict[int, User] = {self.bot.id: self.bot}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.interactions: dict[int, Interaction] = {}
        self._by_token: dict[str, Interaction] = {}
        self.commands: dict[int | None, list[Payload]] = {None: []}  # by guild; None for the global ones
        self.typing: list[Channel] = []
        self.n_shards = n_shards
        self.gateway = Gateway(self.bot, token, self.guilds, changes, approved, heartbeat_s)

    # Look-ups

    def channel(self, channel_id: int) -> Channel:
        """A channel that the bot may see.

        Raises:
            ApiError: There is none, or the bot has no access.
        """
        if channel_id not in self.channels:
            raise errors.unknown("Channel")
        channel = self.channels[channel_id]
        if not may(self.bot, channel, view_channel=True):
            raise errors.missing_access()
        return channel

    def message(self, channel: Channel, message_id: int) -> Message:
        message = channel.messages.get(message_id)
        if message is None or message.deleted or message.ephemeral:
            raise errors.unknown("Message")
        return message

    def waiting_interaction(self, interaction_id: int, token: str) -> Interaction:
        """An interaction that may still be answered."""
        interaction = self.interactions.get(interaction_id)
        if interaction is None or interaction.token != token:
            raise errors.unknown("interaction")
        if interaction.callback is not None:
            raise errors.already_acknowledged()
        if self.clock() - interaction.created_at > RESPONSE_S:
            raise errors.unknown("interaction")
        return interaction

    def interaction_of(self, application_id: int, token: str) -> Interaction:
        """The answered interaction whose token is used as a webhook's."""
        found = self._by_token.get(token)
        if application_id != self.bot.id or found is None or found.callback is None:
            raise errors.unknown("Webhook")
        if self.clock() - found.created_at > TOKEN_S:
            raise errors.invalid_webhook_token()
        return found

    def sees(self, message: Message) -> Payload:
        """A message as the bot gets it over REST."""
        return message_payload(message, self.bot, self.has_content_over_rest)

    # Guilds and channels

    def add_user(self, name: str, bot: bool = False) -> User:
        user = User(self.ids.new(), name, bot)
        self.users[user.id] = user
        return user

    def add_guild(self, name: str, owner: User) -> Guild:
        """A guild whose members are its owner and the bot."""
        guild_id = self.ids.new_guild()
        guild = Guild(guild_id, name, owner, Role(guild_id, "@everyone", EVERYONE))
        self.guilds[guild_id] = guild
        guild.members = {user.id: Member(user) for user in (owner, self.bot)}
        return guild

    def add_role(self, guild: Guild, name: str, permissions: int) -> Role:
        role = Role(self.ids.new(), name, permissions)
        guild.roles[role.id] = role
        self.gateway.dispatch(
            "GUILD_ROLE_CREATE", lambda _: {"guild_id": str(guild.id), "role": role_payload(role)}, guild
        )
        return role

    def add_channel(self, guild: Guild, name: str, type: ChannelType = ChannelType.TEXT) -> Channel:
        channel = Channel(self.ids.new(), type, name, guild)
        self.channels[channel.id] = guild.channels[channel.id] = channel
        return channel

    def announce_guild(self, guild: Guild) -> None:
        """Tell the bot that it has joined a guild, or what the guild is like now."""
        self.gateway.dispatch("GUILD_CREATE", lambda _: guild_payload(guild, self.bot), guild)

    def announce_channel(self, event: str, channel: Channel) -> None:
        self.gateway.dispatch(event, lambda _: channel_payload(channel), channel.guild)

    def remove_bot(self, guild: Guild) -> None:
        del guild.members[self.bot.id]
        self.gateway.dispatch("GUILD_DELETE", lambda _: {"id": str(guild.id)}, guild)

    def delete_channel(self, channel: Channel) -> None:
        """Take away a channel or thread of a guild, with all that was written there."""
        assert channel.guild is not None
        for message in channel.messages.values():
            message.deleted = True
        del self.channels[channel.id], channel.guild.channels[channel.id]
        self.announce_channel("THREAD_DELETE" if channel.is_thread else "CHANNEL_DELETE", channel)

    def direct_channel(self, user: User) -> Channel:
        for channel in self.channels.values():
            if channel.recipient is user:
                return channel
        channel = Channel(self.ids.new(), ChannelType.DM, recipient=user)
        self.channels[channel.id] = channel
        return channel

    def add_thread(self, parent: Channel, name: str, owner: User, thread_id: int | None = None) -> Channel:
        """A public thread; one that starts from a message has the message's id."""
        thread = Channel(thread_id or self.ids.new(), ChannelType.PUBLIC_THREAD, name, parent.guild, parent, owner)
        if thread.id in self.channels:
            raise errors.thread_exists()
        assert parent.guild is not None
        self.channels[thread.id] = parent.guild.channels[thread.id] = thread
        self.announce_channel("THREAD_CREATE", thread)
        return thread

    # Messages

    def send(
        self,
        channel: Channel,
        author: User,
        *,
        reply_to: Message | None = None,
        allowed_mentions: Payload | None = None,
        starts: bool = False,
        **shown: Any,
    ) -> Message:
        """Post a message; `shown` are its content, embeds, components, attachments, flags and interaction.

        One that starts a post of a forum has the id of its thread.
        """
        message = Message(
            channel.id if starts else self.ids.new(), channel, author, self.clock(), reply_to=reply_to, **shown
        )
        channel.messages[message.id] = message
        self._mention(message, allowed_mentions)
        message.keep()
        self._tell("MESSAGE_CREATE", message)
        return message

    def edit(self, message: Message, allowed_mentions: Payload | None = None, **shown: Any) -> None:
        """Change what a message shows; a placeholder becomes a message."""
        for name, value in shown.items():
            setattr(message, name, value)
        message.edited_at = self.clock()
        if "content" in shown or allowed_mentions is not None:
            self._mention(message, allowed_mentions)
        message.keep()
        self._tell("MESSAGE_UPDATE", message)

    def delete(self, message: Message) -> None:
        message.deleted = True
        ids = {"id": str(message.id), "channel_id": str(message.channel.id)}
        guild = message.channel.guild
        self._tell("MESSAGE_DELETE", message, lambda _: ids | ({"guild_id": str(guild.id)} if guild else {}))

    def _tell(self, event: str, message: Message, make: Callable[[Session], Payload] | None = None) -> None:
        self.changes.announce()
        if message.ephemeral or not may(self.bot, message.channel, view_channel=True):
            return
        in_guild = message.channel.guild is not None
        self.gateway.dispatch(
            event,
            make or (lambda session: message_payload(message, self.bot, session.has_content)),
            message.channel.guild,
            Intents(guild_messages=in_guild, dm_messages=not in_guild),
        )

    def _mention(self, message: Message, allowed: Payload | None) -> None:
        """Work out whom a message pings, as Discord does; without `allowed_mentions`, whomever it names."""
        text = "\n".join([message.content, *text_displays(message.components)])
        parsed = set(_PARSED) if allowed is None else set(allowed.get("parse") or ())
        named = self._named(text, r"<@!?(\d+)>", "users", parsed, allowed)
        message.mentions = [self.users[i] for i in named if i in self.users]
        message.mentioned_roles = self._named(text, r"<@&(\d+)>", "roles", parsed, allowed)
        message.mentions_everyone = (
            "everyone" in parsed
            and bool(re.search(r"@(everyone|here)\b", text))
            and may(message.author, message.channel, mention_everyone=True)
        )
        replied = message.reply_to.author if message.reply_to else None
        if replied and replied not in message.mentions and (allowed is None or allowed.get("replied_user")):
            message.mentions.append(replied)

    @staticmethod
    def _named(text: str, pattern: str, kind: str, parsed: Iterable[str], allowed: Payload | None) -> list[int]:
        listed = {int(i) for i in (allowed or {}).get(kind) or ()}
        found = dict.fromkeys(int(i) for i in re.findall(pattern, text))
        return [i for i in found if kind in parsed or i in listed]

    # Interactions

    def interact(
        self, type: InteractionType, user: User, channel: Channel, data: Payload, source: Message | None = None
    ) -> Interaction:
        """What a reader does with the bot, brought to it over the gateway."""
        token = secrets.token_urlsafe(32)
        interaction = Interaction(self.ids.new(), token, type, user, channel, self.clock(), data, source)
        self.interactions[interaction.id] = self._by_token[token] = interaction
        self.gateway.dispatch("INTERACTION_CREATE", lambda _: interaction_payload(interaction, self.bot), channel.guild)
        return interaction
