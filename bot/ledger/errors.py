"""The errors of the ledger: one for whoever runs the bot, one for whoever asked for something in Discord."""

from __future__ import annotations

from index.errors import NewsdeskError


class BadLedger(NewsdeskError):
    """The ledger cannot be opened, read or written; the message names the file and the remedy."""


class BadRequest(NewsdeskError):
    """What somebody in Discord wants kept cannot be; the message is a sentence for them."""
