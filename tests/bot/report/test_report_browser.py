"""The report in a real browser: nothing complains, nothing hostile runs, the filter works."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from bot.evaluation.compare import compare_runs
from bot.evaluation.report import write_report

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed; pip install -e .[dev]")

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on PATH; apt-get install chromium"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[playwright.Browser]:
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser, tmp_path, mixed_run, run_of, question) -> Iterator[playwright.Page]:
    """The report of a run with every way to fail, compared with one in which `low` was found; its log is kept."""
    before = run_of([question("low"), question("lost", None)], name="before")
    write_report(mixed_run, tmp_path / "report.html", before, compare_runs(before, mixed_run))
    page = browser.new_page()
    page.log, page.asked = [], []
    page.on("console", lambda message: page.log.append(message.text))
    page.on("pageerror", lambda error: page.log.append(str(error)))
    page.on("dialog", lambda dialog: (page.log.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto((tmp_path / "report.html").as_uri())
    yield page
    page.close()


def shown(page) -> list[str]:
    """Ids of the failures that the filter lets through."""
    return [row.locator(".about [dir]").nth(2).inner_text() for row in page.locator("#list > li:visible").all()]


def label(page, name: str):
    return page.locator("#filter").get_by_label(name)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_opens_without_a_complaint_or_a_request(page, scheme, width):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    page.reload()
    for summary in page.locator("summary").all():
        summary.click()
    assert page.log == []
    assert set(page.asked) == {page.url}
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_light_and_dark_differ(page):
    grounds = set()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        grounds.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert len(grounds) == 2


def test_hostile_text_is_shown_and_does_not_run(page, hostile_text):
    row = page.locator("#list > li").filter(has_text="onerror").first
    row.locator("summary").click()
    row.hover()
    assert row.locator(".question").text_content() == hostile_text
    assert page.locator("img").count() == 0
    assert page.log == []


def test_the_policy_stops_what_escaping_would_let_through(page):
    with page.expect_console_message(lambda m: "Content Security Policy" in m.text and "inline event" in m.text):
        page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=alert(1)>')")
    assert "1" not in page.log


def test_the_text_filter_wants_every_word_and_knows_what_was_retrieved(page, hostile_text):
    label(page, "Text").fill("FERRY low")
    assert shown(page) == ["low"]
    label(page, "Text").fill("title of bold-3")
    assert shown(page) == ["bold"]
    label(page, "Text").fill("no such thing anywhere")
    assert shown(page) == []
    assert page.get_by_text("No failure fits.").is_visible()


@pytest.mark.parametrize(
    ("name", "option", "expected"),
    [
        ("Dataset", "news", ["low", "lost", "shy", "bold"]),
        ("Kind", "unanswerable", ["bold"]),
        ("What failed", "missed", ["low", "lost", None, "second"]),
        ("What failed", "refused", ["shy"]),
        ("What failed", "inexact", [None]),
    ],
)
def test_a_choice_shows_its_failures_alone(page, hostile_text, name, option, expected):
    label(page, name).select_option(option)
    assert shown(page) == [" ".join((name or hostile_text).split()) for name in expected]
    assert page.locator("output").inner_text() == f"{len(expected)} of 6 shown"


def test_a_hostile_kind_can_be_chosen(page, hostile_text):
    label(page, "Kind").select_option(hostile_text)
    assert page.locator("output").inner_text() == "1 of 6 shown"


def test_new_failures_can_be_told_and_the_filter_cleared(page):
    label(page, "New since before").check()
    assert shown(page) == ["low", "lost"]
    page.get_by_role("button", name="Clear").click()
    playwright.expect(page.locator("output")).to_have_text("6 of 6 shown")


def test_the_keyboard_opens_a_failure(page):
    row = page.locator("#list > li").first
    row.locator("summary").focus()
    page.keyboard.press("Enter")
    assert row.get_by_role("table").is_visible()
    assert row.get_by_role("row").count() == 11


def test_without_scripts_the_failures_are_there_and_the_filter_is_not(browser, tmp_path, mixed_run):
    write_report(mixed_run, tmp_path / "report.html")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((tmp_path / "report.html").as_uri())
    assert page.locator("#list > li:visible").count() == 6
    assert not page.locator("#filter").is_visible()
    context.close()
