"""A real Chroma server on loopback, which tests kill and start again."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from index.chroma import ChromaServer

# what `chroma run` does, without the imports of its command line, which take seconds
_RUN = "import sys, chromadb_rust_bindings; chromadb_rust_bindings.cli(['chroma', 'run', *sys.argv[1:]])"
_PATIENCE_S = 60


class ChromaProcess:
    """`chroma run` in a process of its own, over a folder."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.server = ChromaServer(f"http://127.0.0.1:{self.port}")
        self._folder = folder

    def start(self) -> None:
        """Start it, and wait until it answers."""
        place = ["--path", str(self._folder), "--host", "127.0.0.1", "--port", str(self.port)]
        self._process = subprocess.Popen(
            [sys.executable, "-c", _RUN, *place],
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + _PATIENCE_S
        with httpx.Client(trust_env=False) as client:
            while time.monotonic() < deadline:
                assert self._process.poll() is None, "chroma run has ended"
                with suppress(httpx.TransportError):
                    client.get(f"{self.server.url}/api/v2/heartbeat").raise_for_status()
                    return
                time.sleep(0.02)
        raise TimeoutError("chroma run does not answer")

    def kill(self) -> None:
        """End it as a power cut does."""
        self._process.kill()
        self._process.wait()


@contextmanager
def running_chroma(folder: Path) -> Iterator[ChromaProcess]:
    """A server that runs as long as the context, unless it is killed before."""
    folder.mkdir(parents=True, exist_ok=True)
    chroma = ChromaProcess(folder)
    chroma.start()
    try:
        yield chroma
    finally:
        chroma.kill()
