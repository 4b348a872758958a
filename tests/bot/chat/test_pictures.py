"""The messages as Discord's own components draw them: nothing in them may be left undrawn.

`PICTURES=.github/pictures pytest -m slow tests/bot/chat/test_pictures.py` keeps the pictures, for the README.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
import simcord

from bot.desk import Desk
from bot.prompts import data_folder
from bot.settings import Settings

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
QUESTION = "What happened to the gates of the Eelhouse Sluice during Storm Ismene?"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.weights,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on PATH; apt-get install chromium"),
    pytest.mark.simcord(shard_count=1, settle_timeout=60),
]


@pytest.fixture
def desk(tmp_path):
    """The sample newsroom, indexed."""
    desk = Desk(Settings(home=tmp_path))
    desk.rebuild([data_folder("corpus") / "articles"])
    return desk


@pytest.fixture
async def draw(server, monkeypatch, tmp_path):
    """Draws a message; the test fails where the picture is not complete."""
    from playwright.async_api import async_playwright
    from simcord.preview import _capture

    folder = Path(os.environ.get("PICTURES") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)

    server.env.backend.bot_user.username = "Newsdesk"

    async def launch(capture):
        if capture._browser is None:
            capture._playwright = await async_playwright().start()
            capture._browser = await capture._playwright.chromium.launch(
                executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
            )
        return capture._browser

    monkeypatch.setattr(_capture.ManagedCapture, "_ensure_browser", launch)

    async def take(target: simcord.results.InteractionResult, name: str, width: int = 600) -> None:
        async with server.env.preview(server.channel, viewers=[server.reader], width=width, height=2400) as preview:
            picture = await preview.screenshot(target=target, allow_incomplete=True, path=str(folder / f"{name}.png"))
        assert picture.complete, picture.diagnostics
        assert (folder / f"{name}.png").stat().st_size < 1_000_000

    return take


async def test_answers_proofs_and_refusals_are_drawn_whole(server, draw):
    asked = await server.reader.slash(server.channel, "ask", question=QUESTION)
    await draw(asked.response, "answer")
    await draw(asked.response, "answer-on-a-phone", width=390)
    await draw(await server.reader.click(asked.response, label="Proof 2"), "proof")
    asked = await server.reader.slash(server.channel, "ask", question="Who built the tower of Babel?", private=True)
    await draw(asked, "refusal")
