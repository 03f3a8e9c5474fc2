"""The real service in a process that can be killed and started again at once, on the same port."""

import multiprocessing
import os
import socket
import time
from multiprocessing.process import BaseProcess

import httpx
import uvicorn

SECRET = "a secret for faults, long and varied 0123456789"
START_SECONDS = 60.0
# A child of this server has everything imported already: a start takes a fraction of a second.
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.faults.warm", "uvicorn"])


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _serve(port: int, settings: dict[str, str]) -> None:
    os.environ.update(settings)
    uvicorn.run(
        "solidarity.app:app_from_environment",
        factory=True,
        host="127.0.0.1",
        port=port,
        log_level="critical",
        access_log=False,
    )


class Service:
    """One web process at a time on one address; `kill()` is SIGKILL, with no goodbye."""

    def __init__(self, database_url: str, *, storage: str, **settings: str) -> None:
        self._port = free_port()
        self.address = f"http://127.0.0.1:{self._port}"
        self._settings = {
            "SOLIDARITY_DATABASE_URL": database_url,
            "SOLIDARITY_STORAGE_URL": f"file://{storage}",
            "SOLIDARITY_SECRET_KEY": SECRET,
            **settings,
        }
        self._process: BaseProcess | None = None

    def start(self) -> None:
        """Return when it answers."""
        self._process = _FORKS.Process(target=_serve, args=(self._port, self._settings), daemon=True)
        self._process.start()
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self._process.is_alive(), "the service ended at once"
            assert time.monotonic() < deadline, "the service does not answer"
            time.sleep(0.02)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join(START_SECONDS)
            self._process = None

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.address}/healthz", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False
