"""The operations of the REST API that are built, by what they are about."""

from tests.discord_server.routes import applications, channels, interactions, messages

ROUTES = (*applications.ROUTES, *channels.ROUTES, *messages.ROUTES, *interactions.ROUTES)
