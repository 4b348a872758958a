"""A GGUF file run by llama.cpp inside the process, behind its own server on the loopback, whose key nobody else has."""

from __future__ import annotations

import atexit
import secrets
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from bot.llm.model import ModelNotSetUp

if TYPE_CHECKING:
    import httpx
    from llama_index.core.llms import LLM

_MAGIC = b"GGUF"
_BATCH_TOKENS = 128  # an answer that nobody waits for any more ends after one batch


class LocalModel:
    """One file, loaded when first asked and kept until the process ends."""

    def __init__(self, path: Path, threads: int, context_tokens: int, max_tokens: int) -> None:
        self._path = path
        self._threads = threads
        self._context_tokens = context_tokens
        self._max_tokens = max_tokens
        self._key = secrets.token_urlsafe()
        self._server: object | None = None
        self._address = ""
        self._lock = Lock()

    def connect(self, client: httpx.Client) -> LLM:
        """The model as an LLM of llama-index.

        Raises:
            ModelNotSetUp: llama.cpp is not installed, or cannot load the file.
        """
        from bot.llm.openai import make_openai_like

        address = f"{self._start()}/v1"
        return make_openai_like(client, self._path.stem, address, self._key, self._max_tokens)

    def close(self) -> None:
        """Stop llama.cpp and free its memory; the next question loads the file again."""
        atexit.unregister(self.close)
        with self._lock:
            self._server = None

    def _start(self) -> str:
        """The address of the running server."""
        with self._lock:
            if self._server is None:
                self._server, self._address = self._load()
                atexit.register(self.close)
            return self._address

    def _load(self) -> tuple[object, str]:
        try:
            from xllamacpp import CommonParams, Server
        except ImportError as e:
            raise ModelNotSetUp("local models need llama.cpp; run `pip install newsdesk[local]`") from e
        check_gguf(self._path)
        params = CommonParams()
        params.model.path = str(self._path)
        params.api_keys = [self._key]
        params.hostnames = ["127.0.0.1"]
        params.port = 0
        params.n_ctx = self._context_tokens
        params.n_batch = params.n_ubatch = _BATCH_TOKENS
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = self._threads
        params.cache_ram_mib = 0  # it would keep the prompts of 8 GB; the last one's beginning is enough
        params.ui = params.endpoint_slots = params.warmup = params.fit_params = False
        params.offline = True
        params.verbosity = -1
        try:
            server = Server(params)
        except RuntimeError as e:
            raise ModelNotSetUp(f"{self._path.name} cannot be loaded; it is broken, or too large for the memory") from e
        return server, str(server.listening_address)


def check_gguf(path: Path) -> None:
    """See that a file is there and a GGUF file.

    Raises:
        ModelNotSetUp: It is not.
    """
    try:
        with path.open("rb") as file:
            magic = file.read(len(_MAGIC))
    except FileNotFoundError as e:
        raise ModelNotSetUp(f"{path.name} is not there; run `newsdesk model get`, or mend the path") from e
    except OSError as e:
        raise ModelNotSetUp(f"{path.name} cannot be read: {e.strerror}") from e
    if magic != _MAGIC:
        raise ModelNotSetUp(f"{path.name} is no GGUF file")
