"""People on the loopback Discord, and what they do there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.discord_server import offers
from tests.discord_server.offers import NotOffered
from tests.discord_server.payloads import message_payload
from tests.discord_server.permissions import may
from tests.discord_server.replies import Asked, Reply
from tests.discord_server.state import Channel, Guild, InteractionType, Message, Payload, User

if TYPE_CHECKING:
    from tests.discord_server.driver import LoopbackDiscord


class Person:
    """A reader: in a guild, or without one in direct messages."""

    def __init__(self, discord: LoopbackDiscord, user: User, guild: Guild | None = None) -> None:
        self.discord = discord
        self.user = user
        self.guild = guild

    @property
    def private(self) -> Channel:
        """The direct messages with the bot."""
        return self.discord.world.direct_channel(self.user)

    # Messages

    async def send(self, channel: Channel, text: str, reply_to: Message | None = None, ping: bool = True) -> Asked:
        """Write a message; a reply pings whom it replies to, unless that is switched off."""
        self._see_that_it_may(channel, **{"send_messages_in_threads" if channel.is_thread else "send_messages": True})
        allowed = {"parse": ["users", "roles", "everyone"], "replied_user": ping}
        sent = self.discord.world.send(channel, self.user, content=text, reply_to=reply_to, allowed_mentions=allowed)
        return Asked(self.discord, sent)

    async def mention(self, channel: Channel, text: str, reply_to: Message | None = None) -> Asked:
        """Write a message that begins with a mention of the bot."""
        return await self.send(channel, f"{self.discord.bot.mention} {text}", reply_to)

    async def dm(self, text: str, reply_to: Message | None = None) -> Asked:
        """Write to the bot in direct messages."""
        return await self.send(self.private, text, reply_to)

    async def edit(self, message: Message, text: str) -> None:
        self.discord.world.edit(message, content=text)

    async def delete(self, message: Message) -> None:
        self.discord.world.delete(message)

    async def post(self, forum: Channel, title: str, text: str) -> Asked:
        """Begin a post in a forum."""
        thread = self.discord.world.add_thread(forum, title, self.user)
        return Asked(self.discord, self.discord.world.send(thread, self.user, content=text, starts=True))

    async def start_thread(self, channel: Channel, name: str) -> Channel:
        self._see_that_it_may(channel, create_public_threads=True)
        return self.discord.world.add_thread(channel, name, self.user)

    def close_dms(self) -> None:
        self.user.accepts_dms = False

    # Commands

    async def slash(self, command: str, channel: Channel | None = None, /, **options: Any) -> Reply:
        """Use a slash command, such as `config set`, where it is offered; by default in the guild's first channel."""
        channel = channel or self._first_channel()
        path = self._find_slash(command, channel)
        values = {name: v.user if isinstance(v, Person) else v for name, v in options.items()}
        given = [offers.fill_option(path[-1], name, value) for name, value in values.items()]
        missing = [o["name"] for o in path[-1].get("options", ()) if o.get("required") and o["name"] not in values]
        if missing:
            raise NotOffered(f"/{command} needs {', '.join(missing)}")
        resolved = offers.resolve(values.values(), self.user, channel)
        return self._interact(
            InteractionType.COMMAND, channel, offers.command_data(path, given) | {"resolved": resolved}
        )

    async def autocomplete(
        self, command: str, option: str, typed: str, channel: Channel | None = None, /, **options: Any
    ) -> Reply:
        """Type into an option that completes itself, with others filled in before it."""
        channel = channel or self._first_channel()
        path = self._find_slash(command, channel)
        focused = offers.find_option(path[-1], option)
        if not focused.get("autocomplete"):
            raise NotOffered(f"/{command} does not complete {option}")
        given = [offers.fill_option(path[-1], name, value) for name, value in options.items()]
        given.append({"name": option, "type": focused["type"], "value": typed, "focused": True})
        return self._interact(InteractionType.AUTOCOMPLETE, channel, offers.command_data(path, given))

    async def menu(self, name: str, message: Message) -> Reply:
        """Use a command of a message's context menu."""
        command = self._find(name, offers.MESSAGE_MENU, message.channel)
        shown = message_payload(message, self.discord.bot, privileged=True)
        data = {"id": command["id"], "name": name, "type": offers.MESSAGE_MENU, "target_id": str(message.id)}
        data["resolved"] = {"messages": {str(message.id): shown}}
        return self._interact(InteractionType.COMMAND, message.channel, data)

    def offered(self, channel: Channel | None = None, type: int = offers.SLASH) -> list[str]:
        """The commands that this person sees."""
        channel = channel or self._first_channel()
        return [c["name"] for c in offers.offered_commands(self.discord.world.commands, self.user, channel, type)]

    # Components

    async def click(self, message: Message, label: str) -> Reply:
        """Press a button, found by its label, emoji or custom_id."""
        button = offers.find_component(message, self.user, offers.BUTTONS, label)
        if not button.get("custom_id"):
            raise NotOffered(f"{label} is a link")
        data = {"custom_id": button["custom_id"], "component_type": button["type"]}
        return self._interact(InteractionType.COMPONENT, message.channel, data, message)

    async def select(self, message: Message, *labels: str, of: str = "") -> Reply:
        """Choose options of a select by their labels or values; `of` is its placeholder or custom_id."""
        select = offers.find_component(message, self.user, offers.SELECTS, of)
        data = {"custom_id": select["custom_id"], "component_type": select["type"]}
        data["values"] = offers.choose(select, labels)
        return self._interact(InteractionType.COMPONENT, message.channel, data, message)

    async def submit(self, reply: Reply, **texts: str) -> Reply:
        """Fill in the modal that a reply has opened, by custom_ids of its inputs, and send it."""
        data = offers.fill_modal(await reply.modal(), texts)
        opened = reply.interaction
        return self._interact(InteractionType.MODAL, opened.channel, data, opened.source)

    def _interact(self, type: InteractionType, channel: Channel, data: Payload, source: Message | None = None) -> Reply:
        return Reply(self.discord, self.discord.world.interact(type, self.user, channel, data, source))

    def _find(self, name: str, type: int, channel: Channel) -> Payload:
        commands = offers.offered_commands(self.discord.world.commands, self.user, channel, type)
        for command in commands:
            if command["name"] == name:
                return command
        raise NotOffered(f"{self.user.name} is offered no {name!r}, but {[c['name'] for c in commands]}")

    def _find_slash(self, command: str, channel: Channel) -> list[Payload]:
        name, *below = command.split()
        return offers.find_subcommand(self._find(name, offers.SLASH, channel), below)

    def _see_that_it_may(self, channel: Channel, **permissions: bool) -> None:
        if not may(self.user, channel, **permissions):
            raise NotOffered(f"{self.user.name} may not {' and '.join(permissions)} in {channel.name}")

    def _first_channel(self) -> Channel:
        return next(iter(self.guild.channels.values())) if self.guild else self.private
