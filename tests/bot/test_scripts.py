"""The modules that learn weights, called wrongly."""

from __future__ import annotations

import runpy
import sys

import pytest


@pytest.mark.filterwarnings("ignore:.*found in sys.modules:RuntimeWarning")
@pytest.mark.parametrize("name", ["learn_ranking", "ablate", "calibrate", "misplaced", "headlines"])
@pytest.mark.parametrize(("folders", "said"), [([], "name the folders"), (["nowhere"], "nowhere: no articles.jsonl")])
def test_without_a_dataset_a_script_ends_with_one_line(name, folders, said, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", [name, *folders])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module(f"bot.evaluation.{name}", run_name="__main__")
    assert ended.value.code == 2
    err = capsys.readouterr().err
    assert err.startswith(f"{name}: {said}")
    assert err.count("\n") == 1
