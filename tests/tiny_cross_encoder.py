"""A real cross-encoder of two layers that knows what it is told by the animals in it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

ANIMALS = ["giraffe", "heron", "otter"]
_VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *ANIMALS, "the", "harbour", "ship", "."]


def make_model(folder: Path, kind: str = "BertForSequenceClassification", labels: Sequence[str] = ("LABEL_0",)) -> Path:
    """Save a BERT of 64 tokens whose n-th score grows with the share of the n-th animal among the tokens."""
    import torch
    import transformers

    folder.mkdir()
    (folder / "vocab.txt").write_text("\n".join(_VOCABULARY), encoding="utf-8")
    transformers.BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    config = transformers.BertConfig(
        vocab_size=len(_VOCABULARY),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
        id2label=dict(enumerate(labels)),
        layer_norm_eps=1.0,  # else a layer norm forgets how many there are
    )
    model = getattr(transformers, kind)(config)
    with torch.no_grad():
        for name, weights in model.named_parameters():
            is_passed_on = name.endswith(("value.weight", "attention.output.dense.weight", "pooler.dense.weight"))
            weights.copy_(torch.eye(32) if is_passed_on else torch.full_like(weights, "LayerNorm.weight" in name))
        bert = getattr(model, "bert", model)
        for n, animal in enumerate(ANIMALS):
            bert.embeddings.word_embeddings.weight[_VOCABULARY.index(animal), n] = 10
        if kind == "BertForSequenceClassification":
            for n in range(len(labels)):
                model.classifier.weight[n, n] = 40
    model.save_pretrained(folder)
    return folder
