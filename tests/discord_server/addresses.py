"""Where discord.py looks for Discord; a bot in a process of its own calls this before it starts."""

from __future__ import annotations

import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route


def point_discord_py_at(rest: str, gateway: str) -> tuple[str, str]:
    """Use these addresses from now on; returns those used before."""
    before = Route.BASE, str(DiscordWebSocket.DEFAULT_GATEWAY)
    Route.BASE = rest
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)
    return before
