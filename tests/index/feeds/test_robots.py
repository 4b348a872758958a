"""What robots.txt asks is done; it is asked for once a day, and its absence is told from its failure."""

from __future__ import annotations

import httpx
import pytest

from index.errors import NewsdeskError
from index.feeds.robots import Robots, fold_agents
from tests.web_site import FakeTime

PAGE = httpx.URL("https://example.org/news/1?page=2")
AGENT = "Newsdesk/0.1 (+https://example.net/mybot)"


class Texts:
    """What each robots.txt says; an error where it says nothing."""

    def __init__(self, text: str | None) -> None:
        self.text = text
        self.asked: list[str] = []

    async def load(self, url: str) -> str:
        self.asked.append(url)
        if self.text is None:
            raise NewsdeskError("answered with HTTP status 503")
        return self.text


async def refusal(text: str | None, url: httpx.URL = PAGE) -> str:
    rules = await Robots(AGENT, Texts(text).load, FakeTime().clock).find_rules(url)
    return rules.find_refusal(url)


@pytest.mark.parametrize(
    "text",
    [
        "User-agent: *\nDisallow: /news",
        "user-agent: newsdesk\ndisallow: /news/1?page=",
        "User-agent: Newsdesk\nDisallow: /\n\nUser-agent: *\nAllow: /",
        "User-agent: otherbot\nUser-agent: newsdesk # and friends\nDisallow: *page",
        "\ufeffUser-Agent:*\r\nDisallow:/\r\n".lstrip("\ufeff"),
    ],
)
async def test_a_page_is_refused_that_robots_txt_asks_not_to_fetch(text: str):
    assert await refusal(text) == "robots.txt of example.org asks not to fetch /news/1?page=2"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<html>Not found</html>",
        "User-agent: *\nDisallow: /private",
        "User-agent: *\nDisallow: /\nAllow: /news",
        "User-agent: otherbot\nDisallow: /",
        "User-agent: mybot\nDisallow: /",
        "User-agent: newsdesk\nAllow: /\n\nUser-agent: *\nDisallow: /",
        "User-agent: *\nDisallow: /a\nUser-agent: otherbot\nDisallow: /",
    ],
)
async def test_a_page_is_fetched_that_robots_txt_does_not_name(text: str):
    assert await refusal(text) == ""


async def test_nothing_is_fetched_while_robots_txt_cannot_be_had():
    assert "could not be had, so nothing is fetched from there for now (answered" in await refusal(None)


async def test_robots_txt_is_asked_for_once_a_day():
    time, texts = FakeTime(), Texts("User-agent: *\nDisallow: /")
    robots = Robots(AGENT, texts.load, time.clock)
    assert (await robots.find_rules(PAGE)).find_refusal(PAGE)
    texts.text = ""
    time.now += 24 * 3600 - 1
    assert (await robots.find_rules(PAGE)).find_refusal(PAGE)
    assert texts.asked == ["https://example.org/robots.txt"]
    time.now += 1
    assert not (await robots.find_rules(PAGE)).find_refusal(PAGE)


async def test_a_failure_is_kept_for_ten_minutes_only():
    time, texts = FakeTime(), Texts(None)
    robots = Robots(AGENT, texts.load, time.clock)
    assert (await robots.find_rules(PAGE)).find_refusal(PAGE)
    texts.text = ""
    time.now += 600
    assert not (await robots.find_rules(PAGE)).find_refusal(PAGE)


async def test_each_site_is_asked_by_scheme_and_port():
    texts = Texts("")
    robots = Robots(AGENT, texts.load, FakeTime().clock)
    for url in ("https://example.org/a", "https://example.org/b", "http://example.org/a", "https://example.org:8443/a"):
        await robots.find_rules(httpx.URL(url))
    assert texts.asked == [
        "https://example.org/robots.txt",
        "http://example.org/robots.txt",
        "https://example.org:8443/robots.txt",
    ]


@pytest.mark.parametrize(("wanted", "delay_s"), [("5", 5), ("0.5", 0.5), ("86400", 30), ("soon", 0), ("-1", 0)])
async def test_a_site_may_ask_for_a_delay_within_reason(wanted: str, delay_s: float):
    texts = Texts(f"User-agent: *\nCrawl-delay: {wanted}")
    assert (await Robots(AGENT, texts.load, FakeTime().clock).find_rules(PAGE)).delay_s == delay_s


def test_a_thousand_names_of_robots_are_one():
    forms = ("User-agent: bot{}", "useragent bot{}", "USER \t AGENT:bot{}", "User-Agent : *{}bot#", "user-agent\tb{}")
    text = "\n".join(form.format(n) for n in range(200) for form in forms)
    assert set(fold_agents(text, "Newsdesk").splitlines()) == {"User-agent: another-robot"}
    text = "\n".join(f"User-agent: new{'*' * n}" for n in range(200))
    assert set(fold_agents(text, "Newsdesk").splitlines()) == {"User-agent: new"}


def test_other_lines_stay_as_they_are():
    text = "User-agent: *\nDisallow: /user-agent: x\nuser-agents: many\n# user-agent: bot\nUser-agent:"
    assert fold_agents(text, "Newsdesk") == text
