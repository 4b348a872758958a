"""Who imports whom: `bot` stands on `index`, and each foreign library has one home."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted(p.relative_to(ROOT).as_posix() for package in ("bot", "index") for p in (ROOT / package).rglob("*.py"))
HOMES = {
    "chromadb": [
        "index/store.py",
        "index/segment_store.py",
        "index/collection.py",
        "index/chroma.py",
        "index/lease.py",
        "index/generation.py",
        "index/withdrawn.py",
        "index/probe.py",
        "bot/evaluation/baseline.py",
    ],
    "chromadb_rust_bindings": ["index/engine.py"],
    "llama_index.embeddings": ["bot/evaluation/baseline.py"],
    "llama_index.vector_stores": ["bot/evaluation/baseline.py"],
    "sentence_transformers": ["index/encoder.py", "index/cross_encoder.py"],
    "torch": ["index/encoder.py", "index/cross_encoder.py", "bot/evaluation/baseline.py"],
    "transformers": ["index/encoder.py", "index/cross_encoder.py", "bot/evaluation/baseline.py"],
    "llama_index.core.llms": ["bot/llm/"],
    "llama_index.llms": ["bot/llm/"],
    "openai": ["bot/llm/"],
    "httpx": ["bot/llm/", "bot/doctor.py", "index/feeds/", "index/chroma.py"],
    "tenacity": ["bot/llm/http_model.py", "index/feeds/", "index/chroma.py", "index/sqlite_file.py"],
    "xllamacpp": ["bot/llm/local.py"],
    "discord": ["bot/chat/"],
    "jinja2": ["bot/evaluation/report/page.py"],
    "markupsafe": ["bot/evaluation/report/page.py"],
    "onnx": ["index/minilm_graph.py"],
    "onnxruntime": ["index/minilm.py"],
    "tokenizers": ["index/minilm.py"],
    "bm25s": ["index/lexical.py"],
    "feedparser": ["index/feeds/syndication.py"],
    "lxml": ["index/feeds/"],
    "trafilatura": ["index/corpus/web.py"],
    "watchfiles": ["index/changes.py"],
}


def imports_of(module: str) -> set[str]:
    """Everything a module imports, wherever in it: `a.b` for `import a.b`, `a.b.c` for `from a.b import c`."""
    names: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / module).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def imports(module: str, library: str) -> set[str]:
    return {name for name in imports_of(module) if f"{name}.".startswith(f"{library}.")}


def test_all_modules_are_looked_at():
    assert {"bot/llm/model.py", "index/store.py", "index/corpus/reading.py"} <= set(MODULES)


@pytest.mark.parametrize("module", [m for m in MODULES if m.startswith("index/")])
def test_index_never_imports_bot(module):
    assert imports(module, "bot") == set()


@pytest.mark.parametrize("module", ["index/types.py", "index/errors.py"])
def test_types_and_errors_of_index_stand_on_nothing_of_ours(module):
    ours = imports(module, "index") | imports(module, "bot")
    assert {name for name in ours if not name.startswith(("index.types.", "index.errors."))} == set()


def test_types_of_bot_stand_on_types_and_errors_alone():
    ours = imports("bot/types.py", "index") | imports("bot/types.py", "bot")
    assert {name for name in ours if not name.startswith(("index.types.", "index.errors."))} == set()


@pytest.mark.parametrize("library", HOMES)
def test_a_foreign_library_is_imported_at_home_alone(library):
    users = [m for m in MODULES if imports(m, library)]
    assert [m for m in users if not m.startswith(tuple(HOMES[library]))] == []


def test_a_generation_knows_of_chroma_only_what_a_collection_is():
    assert imports("index/generation.py", "chromadb") == {"chromadb.api.models.Collection.Collection"}
