"""Discord on the loopback interface: REST and gateway over real sockets, for tests of a bot that is not patched."""

from tests.discord_server.addresses import point_discord_py_at
from tests.discord_server.driver import LoopbackDiscord
from tests.discord_server.offers import NotOffered
from tests.discord_server.people import Person
from tests.discord_server.replies import Asked, Reply

__all__ = ["Asked", "LoopbackDiscord", "NotOffered", "Person", "Reply", "point_discord_py_at"]
