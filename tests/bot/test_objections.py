"""What the objections are worth, told for labelled pairs."""

from __future__ import annotations

import json

from bot.evaluation.objections import main

PAIR = {"published_at": "2025-06-03", "paragraph": "Rents in Ostra rose by 4 per cent. Nobody has protested."}


def test_an_objection_is_counted_by_label_and_apart_where_it_is_alone(tmp_path, capsys):
    pairs = [
        PAIR | {"label": True, "sentence": "Ostra's rents went up 4%."},
        PAIR | {"label": False, "sentence": "Rents in Ostra rose by 9 per cent."},
        PAIR | {"label": True, "sentence": "Rents in Ostra rose by a twenty-fifth, or 5 per cent."},
    ]
    path = tmp_path / "pairs.jsonl"
    path.write_text("\n".join(map(json.dumps, pairs)), encoding="utf-8")
    main([str(path)])
    rows = {line[:28].strip(): line[28:].split() for line in capsys.readouterr().out.splitlines()[1:]}
    assert rows["figure"][:2] == ["1", "1"]
    assert "opposite" not in rows
