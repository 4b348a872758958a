"""What the bot made of a message or an interaction, as the person sees it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.discord_server.state import RESPONSE_S, Interaction, Message, Payload

if TYPE_CHECKING:
    from tests.discord_server.driver import LoopbackDiscord

Check = Callable[[Message], bool]


class Asked:
    """A message to the bot, and what the bot made of it."""

    def __init__(self, discord: LoopbackDiscord, message: Message) -> None:
        self.discord = discord
        self.message = message

    @property
    def replies(self) -> list[Message]:
        """The bot's messages that reply to it."""
        return [m for m in self.message.channel.messages.values() if m.reply_to is self.message and not m.deleted]

    async def until(self, check: Check = bool) -> Message:
        """The first reply, as soon as it is as `check` wants it."""
        what = f"a reply to {self.message.content[:60]!r}"
        found = await self.discord.until(lambda: [m for m in self.replies if check(m)], what)
        return found[0]

    async def final(self) -> Message:
        """The first reply, once the bot has done all that it was about to do."""
        await self.until()
        await self.discord.handled()
        return self.replies[0]


class Reply:
    """An interaction with the bot, and its answers."""

    def __init__(self, discord: LoopbackDiscord, interaction: Interaction) -> None:
        self.discord = discord
        self.interaction = interaction

    @property
    def message(self) -> Message | None:
        """The response: the placeholder, then what has replaced it; after an update, the message with the button."""
        return self.interaction.original

    @property
    def followups(self) -> list[Message]:
        return self.interaction.followups

    @property
    def messages(self) -> list[Message]:
        """The response and all that followed."""
        return [*filter(None, [self.message]), *self.followups]

    @property
    def failed(self) -> bool:
        """Whether the reader is told that the application did not respond."""
        late = self.discord.world.clock() - self.interaction.created_at > RESPONSE_S
        return self.interaction.callback is None and late

    async def acknowledged(self) -> Reply:
        """Wait for the callback."""
        await self.discord.until(lambda: self.interaction.callback, "an interaction to be acknowledged")
        return self

    async def until(self, check: Check = bool) -> Message:
        """The response, as soon as it is no placeholder any more and as `check` wants it."""

        def find() -> Message | None:
            message = self.message
            return message if message and not message.thinking and check(message) else None

        return await self.discord.until(find, "the response to an interaction")

    async def final(self) -> Message:
        """The response, once the bot has done all that it was about to do."""
        await self.acknowledged()
        await self.discord.handled()
        return await self.until()

    async def modal(self) -> Payload:
        """The modal that the bot opens."""
        return await self.discord.until(lambda: self.interaction.modal, "a modal")

    async def choices(self) -> list[Any]:
        """The values that autocomplete offers."""
        await self.acknowledged()
        return [choice["value"] for choice in self.interaction.choices or ()]
