"""What a command imports: those that only look up or flip something do without the libraries that take seconds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from index.build import build_index
from index.encoder import SentenceEncoder
from index.store import Store

ROOT = Path(__file__).resolve().parents[2]
SLOW = {
    "chromadb",
    "llama_index",
    "torch",
    "transformers",
    "sentence_transformers",
    "onnxruntime",
    "onnx",
    "xllamacpp",
    "openai",
    "discord",
    "dateparser",
    "trafilatura",
    "bm25s",
    "scipy",
}
RUN = """
import json, sys
from bot.cli import main
try:
    main()
except SystemExit as ended:
    print(json.dumps([ended.code, sorted(sys.modules)]), file=sys.stderr)
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory, articles, make_encoder) -> Path:
    """A home of two generations, as the packaged encoder would have built them."""
    home = tmp_path_factory.mktemp("home")
    encoder = make_encoder("all-MiniLM-L6-v2", 256, 60)
    encoder.fingerprint = SentenceEncoder().fingerprint
    for paths in ([sorted(articles.iterdir())[0]], [articles]):
        build_index(Store(home), encoder, paths, recorded=[str(articles)])
    return home


def run(home: Path, *arguments: str) -> tuple[int, str, set[str]]:
    """Exit code and output of a command in a process of its own, and the packages that it imported."""
    done = subprocess.run(
        [sys.executable, "-c", RUN, *arguments],
        cwd=ROOT,
        env={**os.environ, "NEWSDESK_HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )
    code, modules = json.loads(done.stderr.splitlines()[-1])
    return code, done.stdout, {name.partition(".")[0] for name in modules}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--help"], "doctor"),
        (["--version"], "newsdesk "),
        (["index", "--help"], "rollback"),
        (["corpus", "list"], "newsdesk corpus add"),
        (["model", "list"], "megabytes"),
        (["index", "list"], "000002"),
        (["index", "rollback"], "generation 000001 is live"),
        (["index", "rollback", "--release"], "released"),
    ],
    ids=str,
)
def test_a_command_that_needs_no_model_and_no_search_imports_none(arguments, said, home):
    code, out, packages = run(home, *arguments)
    assert (code, said in out) == (0, True)
    assert packages & SLOW == set()
