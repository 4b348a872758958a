"""The loopback Discord's rules: what is wrong with a request is written down, and refused where Discord refuses it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from tests.discord_server import LoopbackDiscord
from tests.discord_server.openapi import ABSENT, description
from tests.discord_server.state import TOKEN_S, InteractionType

SILENT: dict[str, Any] = {"allowed_mentions": {"parse": []}}
EMBED = {"title": "Bridge opens"}
BUTTON = {"type": 2, "style": 1, "label": "Sources", "custom_id": "sources"}
SELECT = {"type": 3, "custom_id": "pick", "options": [{"label": "one", "value": "1"}]}
OPTION = {"type": 3, "name": "question", "description": "What?"}
TEXT = {"type": 10, "content": "text"}
V2 = 1 << 15


def row(*items: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(items)}


def buttons(n: int) -> list[dict[str, Any]]:
    return [BUTTON | {"custom_id": str(i)} for i in range(n)]


class Client:
    """Sends what a bot should not."""

    def __init__(self, discord: LoopbackDiscord, session: aiohttp.ClientSession) -> None:
        self.discord = discord
        self.session = session
        self.guild = discord.add_guild()
        self.reader = self.guild.add_member()
        self.channel = self.guild.channel

    async def ask(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, Any]:
        headers = {"Authorization": f"Bot {self.discord.token}"}
        url = self.discord.rest_url + path
        async with self.session.request(method, url, json=body, headers=headers, **more) as response:
            text = await response.text()
            return response.status, json.loads(text) if text else None

    async def send(self, **body: Any) -> tuple[int, Any]:
        return await self.ask("POST", f"/channels/{self.channel.id}/messages", SILENT | body)

    async def put_command(self, **command: Any) -> tuple[int, Any]:
        path = f"/applications/{self.discord.bot.id}/commands"
        return await self.ask("PUT", path, [{"name": "ask", "description": "Ask."} | command])

    async def answer(self, type: int, data: Any = None, kind: int = InteractionType.COMMAND) -> tuple[int, Any]:
        self.interaction = self.discord.world.interact(kind, self.reader.user, self.channel, {})
        return await self.answer_again(type, data)

    async def answer_again(self, type: int, data: Any = None) -> tuple[int, Any]:
        path = f"/interactions/{self.interaction.id}/{self.interaction.token}/callback"
        return await self.ask("POST", path, {"type": type, "data": data})

    @property
    def webhook(self) -> str:
        return f"/webhooks/{self.discord.bot.id}/{self.interaction.token}"

    @property
    def problems(self) -> str:
        return "\n".join(map(str, self.discord.violations))


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with LoopbackDiscord() as discord, aiohttp.ClientSession() as session:
        yield Client(discord, session)


@pytest.fixture(params=[True, False], ids=["description", "limits alone"])
def described(request, monkeypatch) -> None:
    """With Discord's description, where it is here, and with the limits alone."""
    if request.param and description() is None:
        pytest.skip(ABSENT)
    if not request.param:
        monkeypatch.setattr("tests.discord_server.rest.description", lambda: None)


# What is right


@pytest.mark.parametrize(
    "body",
    [
        {"content": "x" * 2000},
        {"embeds": [{"description": "x" * 4096}, {"title": "y" * 256, "footer": {"text": "z" * 1648}}]},
        {"content": "x", "components": [row(*buttons(5)), row(SELECT)]},
        {"components": [TEXT, {"type": 17, "components": [TEXT, row(BUTTON)]}], "flags": V2},
        {"content": "x", "components": [row({"type": 2, "style": 5, "label": "Read", "url": "https://post.example/"})]},
    ],
)
async def test_what_is_within_the_limits_is_taken(client, described, body):
    status, message = await client.send(**body)
    assert status == 200, message
    assert client.problems == ""
    client.discord.check()


async def test_files_come_in_a_form_beside_the_json(client, described):
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("payload_json", json.dumps(SILENT | {"content": "see", "attachments": [{"id": 0}]}))
    form.add_field("files[0]", b"1,2\n", filename="run.csv", content_type="application/octet-stream")
    status, message = await client.ask("POST", f"/channels/{client.channel.id}/messages", data=form)
    assert status == 200, message
    assert [(f["filename"], f["size"]) for f in message["attachments"]] == [("run.csv", 4)]
    assert client.problems == ""


# Messages


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"content": "x" * 2001}, "content: 2001 characters"),
        ({"content": "  "}, "the message is empty"),
        ({"embeds": [EMBED] * 11}, "embeds"),
        ({"embeds": [{"title": "x" * 257}]}, "embeds[0].title"),
        ({"embeds": [{"description": "x" * 4097}]}, "embeds[0].description"),
        ({"embeds": [{"footer": {"text": "x" * 2049}}]}, "embeds[0].footer"),
        ({"embeds": [{"author": {"name": "x" * 257}}]}, "embeds[0].author"),
        ({"embeds": [{"fields": [{"name": "x", "value": "y"}] * 26}]}, "embeds[0].fields"),
        ({"embeds": [{"fields": [{"name": "x" * 257, "value": "y"}]}]}, "embeds[0].fields[0].name"),
        ({"embeds": [{"fields": [{"name": "x", "value": "y" * 1025}]}]}, "embeds[0].fields[0].value"),
        ({"embeds": [{"fields": [{"name": "", "value": "y"}]}]}, "embeds[0].fields[0].name"),
        ({"embeds": [{"description": "x" * 3001}] * 2}, "embeds: 6002 characters"),
        ({"embeds": [{"color": 3}]}, "embeds[0]: nothing in it"),
        ({"embeds": [EMBED | {"url": "javascript:alert(1)"}]}, "embeds[0]: not an address"),
        ({"embeds": [EMBED | {"url": "http://nohost"}]}, "embeds[0]: not an address"),
        ({"content": "x", "components": [row(BUTTON)] * 2}, "custom_id: 'sources' is not unique"),
        ({"content": "x", "components": [row(b) for b in buttons(6)]}, "6 rows"),
        ({"content": "x", "components": [row(*buttons(6))]}, "components[0]"),
        ({"content": "x", "components": [row(BUTTON, SELECT)]}, "1 buttons and 1 selects"),
        ({"content": "x", "components": [row(BUTTON | {"label": "x" * 81})]}, "label"),
        ({"content": "x", "components": [row(BUTTON | {"label": ""})]}, "a button without label"),
        ({"content": "x", "components": [row(BUTTON | {"custom_id": "x" * 101})]}, "custom_id"),
        ({"content": "x", "components": [row(BUTTON | {"style": 5})]}, "a link button has an address"),
        ({"content": "x", "components": [row(SELECT | {"options": SELECT["options"] * 26})]}, "options"),
        ({"content": "x", "components": [row(SELECT | {"options": SELECT["options"] * 2})]}, "the same value"),
        ({"content": "x", "components": [row(SELECT | {"placeholder": "x" * 151})]}, "placeholder"),
        ({"content": "x", "components": [row(SELECT | {"max_values": 2})]}, "up to 2 values of 1"),
        ({"content": "x", "components": [TEXT]}, "needs the flag of components V2"),
        ({"content": "x", "components": [TEXT], "flags": V2}, "there is no content"),
        ({"components": [TEXT] * 41, "flags": V2}, "components"),
        ({"components": [TEXT | {"content": "x" * 4001}], "flags": V2}, "components"),
        ({"content": "x", "nonce": "x" * 26}, "nonce"),
    ],
)
async def test_a_message_beyond_a_limit_is_reported_and_refused(client, described, body, told):
    status, answer = await client.send(**body)
    assert status == 400
    assert answer["code"] == (50006 if "empty" in told else 50035)
    assert client.discord.messages == []
    problem = client.problems.replace("$.", "")
    assert problem.startswith(f"POST /channels/{client.channel.id}/messages: ")
    assert told in problem
    with pytest.raises(AssertionError, match="POST /channels"):
        client.discord.check()


async def test_a_body_that_the_description_does_not_know_is_reported(client):
    if description() is None:
        pytest.skip(ABSENT)
    assert (await client.send(content=["not", "text"]))[0] == 400
    assert 'content: ["not","text"] is not of types' in client.problems


# Pings


@pytest.mark.parametrize(
    ("allowed", "told"),
    [
        (None, "not given"),
        ({}, "not given"),
        ({"parse": ["everyone"]}, "parse is ['everyone']"),
        ({"parse": [], "users": ["1"]}, "users is ['1']"),
        ({"parse": [], "replied_user": True}, "replied_user is True"),
    ],
)
async def test_a_message_that_could_ping_is_reported_though_discord_takes_it(client, described, allowed, told):
    status, _ = await client.send(content="hello", allowed_mentions=allowed)
    assert status == 200
    assert f"allowed_mentions: {told}" in client.problems


async def test_an_edit_of_the_buttons_alone_need_not_say_that_it_pings_nobody(client, described):
    _, message = await client.send(content="hello")
    path = f"/channels/{client.channel.id}/messages/{message['id']}"
    assert (await client.ask("PATCH", path, {"components": []}))[0] == 200
    assert client.problems == ""
    assert (await client.ask("PATCH", path, {"content": "hello again"}))[0] == 200
    assert "allowed_mentions: not given" in client.problems


async def test_a_ping_that_arrives_is_found_in_the_message(client):
    await client.send(content=f"hello {client.reader.user.mention}", allowed_mentions={"parse": ["users"]})
    [message] = client.discord.messages
    assert message.mentions == [client.reader.user]
    with pytest.raises(AssertionError, match="a message pings"):
        client.discord.check()


# Commands, modals, choices, threads


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ({"name": "Ask"}, "not a name of a command"),
        ({"name": "x" * 33}, "name"),
        ({"description": ""}, "description"),
        ({"description": "x" * 101}, "description"),
        ({"options": [OPTION | {"name": f"o{i}"} for i in range(26)]}, "options"),
        ({"options": [OPTION, OPTION]}, "the same name"),
        ({"options": [OPTION, OPTION | {"name": "b", "required": True}]}, "a required option comes after"),
        ({"options": [OPTION | {"choices": [{"name": "x", "value": "x"}] * 26}]}, "choices"),
    ],
)
async def test_a_command_beyond_a_limit_is_reported_and_refused(client, described, command, told):
    assert (await client.put_command(**command))[0] == 400
    assert told in client.problems
    assert client.reader.offered() == []


@pytest.mark.parametrize(
    ("modal", "told"),
    [
        ({"title": "x" * 46}, "title"),
        ({"custom_id": ""}, "custom_id"),
        ({"components": []}, "components"),
        ({"components": [row({"type": 4, "custom_id": str(i), "label": "x", "style": 1}) for i in range(6)]}, "compo"),
        ({"components": [row({"type": 4, "custom_id": "a", "label": "x" * 46, "style": 1})]}, "label"),
        ({"components": [row({"type": 4, "custom_id": "a", "label": "x", "style": 1, "value": "x" * 4001})]}, "value"),
    ],
)
async def test_a_modal_beyond_a_limit_is_reported_and_refused(client, described, modal, told):
    right = {"title": "Follow up", "custom_id": "follow-up", "components": []}
    assert (await client.answer(9, right | modal))[0] == 400
    assert told in client.problems


@pytest.mark.parametrize("choice", [{"name": "x" * 101, "value": "x"}, {"name": "x", "value": "x" * 101}])
async def test_a_choice_that_is_too_long_is_reported_and_refused(client, described, choice):
    assert (await client.answer(8, {"choices": [choice]}, InteractionType.AUTOCOMPLETE))[0] == 400
    assert "choice" in client.problems


async def test_more_than_25_choices_are_reported_and_refused(client, described):
    choices = [{"name": str(n), "value": str(n)} for n in range(26)]
    assert (await client.answer(8, {"choices": choices[:25]}, InteractionType.AUTOCOMPLETE))[0] == 204
    assert (await client.answer(8, {"choices": choices}, InteractionType.AUTOCOMPLETE))[0] == 400
    assert "choices" in client.problems


async def test_a_thread_with_too_long_a_name_is_reported_and_refused(client, described):
    path = f"/channels/{client.channel.id}/threads"
    assert (await client.ask("POST", path, {"name": "x" * 101, "type": 11}))[0] == 400
    assert "name" in client.problems
    status, thread = await client.ask("POST", path, {"name": "x" * 100, "type": 11})
    assert (status, thread["parent_id"]) == (201, str(client.channel.id))


async def test_an_unknown_path_is_reported(client):
    assert (await client.ask("GET", "/users/@me/relationships"))[0] == 404
    assert "GET /users/@me/relationships: no such operation here" in client.problems


async def test_every_operation_here_is_in_the_description():
    from tests.discord_server.routes import ROUTES

    official = description()
    if official is None:
        pytest.skip(ABSENT)
    assert [(o.method, o.template) for o in ROUTES if not official.has(o.method, o.template)] == []


# Components V2 for good


async def test_a_message_of_components_v2_stays_one(client, described):
    _, message = await client.send(components=[TEXT], flags=V2)
    path = f"/channels/{client.channel.id}/messages/{message['id']}"
    assert (await client.ask("PATCH", path, SILENT | {"content": "plain"}))[0] == 400
    assert "neither content nor embeds" in client.problems


async def test_a_message_with_content_cannot_become_one_of_components_v2(client, described):
    _, message = await client.send(content="plain")
    path = f"/channels/{client.channel.id}/messages/{message['id']}"
    assert (await client.ask("PATCH", path, SILENT | {"components": [TEXT], "flags": V2}))[0] == 400
    status, changed = await client.ask("PATCH", path, SILENT | {"components": [TEXT], "flags": V2, "content": None})
    assert (status, changed["flags"]) == (200, V2)


# Errors of Discord


async def test_a_wrong_token_is_refused(client):
    url = f"{client.discord.rest_url}/users/@me"
    async with client.session.get(url, headers={"Authorization": "Bot other"}) as response:
        assert response.status == 401
    assert len(client.discord.rest.invalid) == 1


@pytest.mark.parametrize(
    ("denied", "body", "code"),
    [
        ({"view_channel": True}, {"content": "x"}, 50001),
        ({"send_messages": True}, {"content": "x"}, 50013),
        ({"embed_links": True}, {"embeds": [EMBED]}, 50013),
        ({"read_message_history": True}, {"content": "x", "message_reference": {"message_id": "1"}}, 160002),
    ],
)
async def test_what_the_bot_may_not_do_is_refused_with_discords_code(client, denied, body, code):
    client.guild.deny(client.channel, client.discord.bot, **denied)
    status, answer = await client.send(**body)
    assert answer["code"] == code
    assert status == (400 if code == 160002 else 403)
    assert client.problems == ""


async def test_messages_of_others_cannot_be_edited_or_deleted(client):
    other = (await client.reader.send(client.channel, "mine")).message
    path = f"/channels/{client.channel.id}/messages/{other.id}"
    assert (await client.ask("PATCH", path, SILENT | {"content": "x"}))[1]["code"] == 50005
    assert (await client.ask("DELETE", path))[1]["code"] == 50013
    assert other.content == "mine"


async def test_a_reply_to_a_message_that_is_gone_fails_unless_it_may_stand_alone(client):
    gone = (await client.reader.send(client.channel, "x")).message
    await client.reader.delete(gone)
    reference = {"message_id": str(gone.id)}
    assert (await client.send(content="x", message_reference=reference))[1]["code"] == 50035
    alone = await client.send(content="x", message_reference=reference | {"fail_if_not_exists": False})
    assert alone[0] == 200
    assert (await client.ask("GET", f"/channels/{client.channel.id}/messages/{gone.id}"))[1]["code"] == 10008


async def test_a_reader_may_close_direct_messages(client):
    _, channel = await client.ask("POST", "/users/@me/channels", {"recipient_id": str(client.reader.user.id)})
    client.reader.close_dms()
    _, answer = await client.ask("POST", f"/channels/{channel['id']}/messages", SILENT | {"content": "x"})
    assert answer["code"] == 50007


async def test_an_enforced_nonce_makes_one_message_of_two_requests(client):
    client.discord.rest.fail("POST", "/channels/*/messages", 500, carried_out=True)
    assert (await client.send(content="x", nonce="7", enforce_nonce=True))[0] == 500
    assert (await client.send(content="x", nonce="7", enforce_nonce=True))[0] == 200
    assert len(client.discord.messages) == 1


# Deadlines of interactions


async def test_an_interaction_is_answered_once(client):
    assert (await client.answer(5))[0] == 204
    assert (await client.answer_again(5))[1]["code"] == 40060


async def test_an_interaction_is_unknown_after_three_seconds(client):
    await client.answer(5)
    interaction = client.discord.world.interact(InteractionType.COMMAND, client.reader.user, client.channel, {})
    client.interaction = interaction
    client.discord.clock.advance(3.1)
    assert (await client.answer_again(5))[1]["code"] == 10062
    assert interaction.callback is None


async def test_a_token_is_no_webhook_before_the_callback_and_after_fifteen_minutes(client):
    client.interaction = client.discord.world.interact(InteractionType.COMMAND, client.reader.user, client.channel, {})
    body = SILENT | {"content": "x"}
    assert (await client.ask("POST", client.webhook, body))[1]["code"] == 10015
    await client.answer_again(5)
    client.discord.clock.advance(TOKEN_S - 1)
    assert (await client.ask("PATCH", f"{client.webhook}/messages/@original", body))[0] == 200
    client.discord.clock.advance(2)
    assert (await client.ask("PATCH", f"{client.webhook}/messages/@original", body))[1]["code"] == 50027


async def test_the_first_follow_up_takes_the_place_of_the_placeholder(client):
    await client.answer(5, {"flags": 64})
    path = f"{client.webhook}?wait=true"
    _, first = await client.ask("POST", path, SILENT | {"content": "first"})
    _, second = await client.ask("POST", path, SILENT | {"content": "second"})
    assert first["id"] == str(client.interaction.original.id)
    assert (first["flags"], second["flags"]) == (64, 0)
    assert client.interaction.followups[0].content == "second"


async def test_a_command_is_not_answered_like_a_button(client):
    assert (await client.answer(7, SILENT | {"content": "x"}))[0] == 400
    assert "does not answer an interaction of type 2" in client.problems


# Faults


@asynccontextmanager
async def limited(client: Client) -> AsyncIterator[aiohttp.ClientResponse]:
    headers = {"Authorization": f"Bot {client.discord.token}"}
    async with client.session.get(f"{client.discord.rest_url}/users/@me", headers=headers) as response:
        yield response


async def test_answers_are_plain_json_with_the_headers_of_a_bucket(client):
    async with limited(client) as response:
        assert response.headers["Content-Type"] == "application/json"
        assert response.headers["Via"]
        assert int(response.headers["X-RateLimit-Remaining"]) > 0
        assert len(response.headers["X-RateLimit-Bucket"]) == 32


async def test_a_limit_is_kept_until_its_window_is_over(client):
    client.discord.rest.limit("GET", "/users/@me", 2, 1000.0)
    statuses = []
    for _ in range(3):
        async with limited(client) as response:
            statuses.append((response.status, response.headers["X-RateLimit-Remaining"]))
            body = await response.json()
    assert statuses == [(200, "1"), (200, "0"), (429, "0")]
    assert 900 < body["retry_after"] <= 1000
    assert body["global"] is False


async def test_a_limit_holds_for_each_channel(client):
    client.discord.rest.limit("POST", "/channels/*/typing", 1, 1000.0)
    other = client.guild.add_channel("other")
    asked = [client.channel.id, other.id, client.channel.id]
    assert [(await client.ask("POST", f"/channels/{i}/typing"))[0] for i in asked] == [204, 204, 429]


async def test_the_limit_of_everything_spares_answers_to_interactions(client):
    client.discord.rest.limit_all(1, 1000.0)
    statuses = [(await client.ask("GET", "/users/@me"))[0] for _ in range(2)]
    assert statuses == [200, 429]
    assert (await client.answer(5))[0] == 204
    async with limited(client) as response:
        assert response.headers["X-RateLimit-Global"] == "true"
        assert (await response.json())["global"] is True


async def test_discords_own_limits_can_be_enforced(client):
    client.discord.rest.enforce_limits()
    headers = {"Authorization": f"Bot {client.discord.token}"}
    url = f"{client.discord.rest_url}/channels/{client.channel.id}/messages"
    async with client.session.post(url, json=SILENT | {"content": "x"}, headers=headers) as response:
        assert response.headers["X-RateLimit-Limit"] == "5"
        assert response.headers["X-RateLimit-Remaining"] == "4"


async def test_a_ban_by_cloudflare_is_no_json_and_has_no_via(client):
    client.discord.rest.fail("GET", "/users/@me", 429, by_cloudflare=True)
    async with limited(client) as response:
        assert response.status == 429
        assert response.headers["Content-Type"].startswith("text/html")
        assert "Via" not in response.headers


async def test_a_connection_may_break_instead_of_an_answer(client):
    client.discord.rest.fail("POST", "/channels/*/typing", 0)
    path = f"/channels/{client.channel.id}/typing"
    with pytest.raises(aiohttp.ClientError):
        await client.ask("POST", path)
    assert (await client.ask("POST", path))[0] == 204
    assert client.discord.world.typing == [client.channel]
