"""Several models, of which some fail."""

from __future__ import annotations

from threading import Thread

import pytest

from bot.llm import ModelFailed
from bot.llm.first_to_answer import FirstToAnswer


class Model:
    """Writes its pieces, then fails where it is to."""

    def __init__(self, name: str, *pieces: str, fails: bool = False, context_tokens: int = 1000) -> None:
        self.name = name
        self.context_tokens = context_tokens
        self.pieces = pieces
        self.fails = fails
        self.prompts: list[str] = []

    def complete(self, prompt, on_text):
        self.prompts.append(prompt)
        for piece in self.pieces:
            on_text(piece)
        if self.fails:
            raise ModelFailed(f"{self.name} is down")
        return "".join(self.pieces)


def test_the_first_answers_and_no_other_is_asked():
    first, second = Model("first", "Yes."), Model("second", "No.")
    assert FirstToAnswer([first, second]).complete("Who?") == "Yes."
    assert second.prompts == []


def test_the_next_is_asked_the_same_where_one_fails():
    models = [Model("first", fails=True), Model("second", fails=True), Model("third", "Yes.")]
    model = FirstToAnswer(models)
    pieces: list[str] = []
    assert model.complete("Who?", pieces.append) == "Yes."
    assert (model.name, pieces, models[2].prompts) == ("third", ["Yes."], ["Who?"])


def test_after_the_first_piece_no_other_is_asked():
    second = Model("second", "No.")
    with pytest.raises(ModelFailed, match=r"^first is down$"):
        FirstToAnswer([Model("first", "Ye", fails=True), second]).complete("Who?")
    assert second.prompts == []


def test_where_all_fail_each_is_named():
    models = [Model("first", fails=True), Model("second", fails=True)]
    with pytest.raises(ModelFailed, match=r"^first is down; second is down$"):
        FirstToAnswer(models).complete("Who?")


def test_its_name_is_that_of_the_model_that_wrote_for_the_same_thread():
    model = FirstToAnswer([Model("first", fails=True), Model("second", "Yes.")])
    thread = Thread(target=lambda: model.complete("Who?"))
    thread.start()
    thread.join()
    assert model.name == "first"
    model.complete("Who?")
    assert model.name == "second"


def test_a_prompt_must_fit_the_smallest_window():
    models = [Model("first", context_tokens=8000), Model("second", context_tokens=2000)]
    assert FirstToAnswer(models).context_tokens == 2000
