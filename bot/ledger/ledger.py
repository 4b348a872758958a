"""The ledger as a whole: its parts over one file, what it keeps for how long, and deleting what is older."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from filelock import FileLock

from bot.ledger.answers import Answers
from bot.ledger.config import Config
from bot.ledger.database import Database
from bot.ledger.errors import BadLedger
from bot.ledger.feedback import Feedback
from bot.ledger.readers import Readers
from bot.ledger.usage import FREE, UNLIMITED, Amount, Prices, Usage
from bot.ledger.watches import Watches
from bot.settings import Settings

LEDGER_FILE = "ledger.db"
SECRET_FILE = "ledger.key"
_TOLD_DAYS = 365
_PATIENCE_S = 30


def describe_retention(keep_days: int) -> dict[str, str]:
    """What is stored and for how long, for the README and for readers."""
    days = "1 day" if keep_days == 1 else f"{keep_days} days"
    return {
        "questions, what was asked before them, and their answers": days,
        "votes on an answer, with reason and note": f"as long as the answer, so {days} at most",
        "who asked or voted": "as a keyed hash of their id (HMAC-SHA256), as long as the answer or vote",
        "where it was asked": "ids of server and channel as they are, as long as the answer; of direct messages none",
        "options of servers and channels": "until they are reset, or the bot leaves the server",
        "topics that channels follow": "until they are unwatched, or the bot leaves the server",
        "articles that a channel was told of": "as long as it follows the topic, and a year at most",
        "sums of questions, tokens and cost": f"by server and day, {days}; those of direct messages as one sum",
    }


class Ledger:
    """Everything that the bot remembers; for several threads and processes."""

    def __init__(
        self,
        home: Path,
        now: datetime,
        keep_days: int = 30,
        cap: Amount = UNLIMITED,
        prices: Prices = FREE,
    ) -> None:
        """Open or create it in a home folder, and delete what is older than `keep_days`.

        Raises:
            BadLedger: It cannot be opened; nothing in it is changed then.
        """
        self._keep_days = keep_days
        path = home / LEDGER_FILE
        try:
            home.mkdir(parents=True, exist_ok=True)
            with FileLock(home / f"{LEDGER_FILE}.lock", timeout=_PATIENCE_S):
                self._db = Database(path)
                self.readers = Readers(self._db, home / SECRET_FILE)
        except OSError as e:
            raise BadLedger(f"{path}: cannot be opened ({e}); set NEWSDESK_HOME to a folder of your own") from e
        self.answers = Answers(self._db)
        self.feedback = Feedback(self._db)
        self.config = Config(self._db)
        self.watches = Watches(self._db)
        self.usage = Usage(self._db, cap)
        self.prices = prices
        self.prune(now)

    def prune(self, now: datetime) -> None:
        """Delete what has been kept for long enough; to be done daily."""
        oldest = now - timedelta(days=self._keep_days)
        with self._db.write() as transaction:
            transaction.execute("DELETE FROM answers WHERE at < ?", (oldest.timestamp(),))
            transaction.execute("DELETE FROM usage WHERE day < ?", (oldest.astimezone(UTC).date().isoformat(),))
            transaction.execute("DELETE FROM told WHERE at < ?", ((now - timedelta(days=_TOLD_DAYS)).timestamp(),))
        self._db.erase_log()

    def leave_server(self, server: int) -> None:
        """Delete the options and topics of a server that the bot is no longer in."""
        with self._db.write() as transaction:
            transaction.execute("DELETE FROM options WHERE server = ?", (server,))
            transaction.execute("DELETE FROM watches WHERE server = ?", (server,))

    def close(self) -> None:
        """Close the file."""
        self._db.close()


def open_ledger(settings: Settings) -> Ledger:
    """The ledger of the home folder, as the settings want it; raises as `Ledger`."""
    cap = Amount(settings.daily_questions, settings.daily_tokens, settings.daily_cost)
    prices = Prices(settings.llm_price_read, settings.llm_price_written)
    return Ledger(settings.home, datetime.now(UTC), settings.keep_days, cap, prices)
