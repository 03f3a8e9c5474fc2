"""`solidarity serve`: the web server and the letter workers that it starts."""

import asyncio
import signal
import socket
import sys
from dataclasses import replace
from types import FrameType
from typing import Final

import click
import uvicorn
from uvicorn.supervisors import Multiprocess

from solidarity.cli.access_log import LOGGING
from solidarity.cli.language import told
from solidarity.cli.opening import opened
from solidarity.cli.patience import PatientProtocol
from solidarity.cli.refusal import Misuse, Refusal
from solidarity.cli.workers import LetterWorkers
from solidarity.clock import Clock
from solidarity.letters.commands import keep_base_url
from solidarity.settings import Settings, hand_down, read_settings

CONNECTIONS_AT_ONCE: Final = 1000
KEEP_ALIVE_SECONDS: Final = 10
GOODBYE_SECONDS: Final = 20
BACKLOG: Final = 1024


@click.command(
    help=told(
        "Répond sur le web et fabrique les courriers. Exige SOLIDARITY_SECRET_KEY et une base à jour.",
        "Answers on the web and makes the letters. Needs SOLIDARITY_SECRET_KEY and a database up to date.",
    )
)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option(
    "--workers",
    default=1,
    show_default=True,
    type=click.IntRange(1, 64),
    help=told("Processus web ; un seul suffit avec SQLite.", "Web processes; one is enough with SQLite."),
)
def serve(*, host: str, port: int, workers: int) -> None:
    settings = read_settings()
    if settings.secret_key is None:
        raise Misuse(
            told(
                "SOLIDARITY_SECRET_KEY manque : donnez un secret d’au moins 32 octets.",
                "SOLIDARITY_SECRET_KEY is missing: give a secret of at least 32 bytes.",
            )
        )
    with listening(host, port) as listener:
        settings = asyncio.run(prepared(settings, listener))
        run_server(settings, listener, web_processes=workers)


async def prepared(settings: Settings, listener: socket.socket | None) -> Settings:
    """The settings that every process of the service reads: with the clock of the data, and a seal."""
    async with opened(settings) as house:
        address = settings.base_url or (address_of(listener) if listener else None)
        if address is not None:
            await keep_base_url(address)
        make_seal_if_missing(settings, house.clock)
        return replace(settings, now=house.clock.frozen, seal_directory=settings.seal_directory.absolute())


def make_seal_if_missing(settings: Settings, clock: Clock) -> None:
    """The key and the certificate of the seal are made once, at the first start."""
    if (settings.seal_directory / "key.pem").exists():
        return
    # pyHanko takes a second to load, which only the first start needs.
    from solidarity.letters.worker import seal_of

    seal_of(settings.seal_directory, clock=clock)


def run_server(settings: Settings, listener: socket.socket, *, web_processes: int) -> None:
    """Answer until SIGINT or SIGTERM; then end the letter workers, and return."""
    hand_down(settings)
    signal.signal(signal.SIGTERM, _leave)
    workers = LetterWorkers(count=settings.render_workers)
    click.echo(
        told(f"Solidarity répond sur {address_of(listener)}", f"Solidarity answers on {address_of(listener)}")
    )
    sys.stdout.flush()
    workers.start()
    try:
        if web_processes > 1:
            Multiprocess(_config(settings, web_processes), sockets=[listener]).run()
        else:
            uvicorn.Server(_config(settings, web_processes)).run(sockets=[listener])
    except KeyboardInterrupt:
        pass
    finally:
        workers.stop()


def listening(host: str, port: int) -> socket.socket:
    """A socket with the address, which answers nobody yet; raises `Refusal` when it cannot be had."""
    listener = None
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        if listener is not None:
            listener.close()
        raise Refusal(
            told(
                f"impossible d’écouter sur {host}:{port} : {error.strerror}. Choisissez un autre --port.",
                f"cannot listen on {host}:{port}: {error.strerror}. Choose another --port.",
            )
        ) from error
    listener.set_inheritable(True)
    return listener


def address_of(listener: socket.socket) -> str:
    """The address people on this machine use."""
    host, port = listener.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{shown}:{port}"


def _config(settings: Settings, web_processes: int) -> uvicorn.Config:
    return uvicorn.Config(
        "solidarity.app:app_from_environment",
        factory=True,
        http=PatientProtocol,
        ws="none",
        workers=web_processes,
        log_config=LOGGING,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        limit_concurrency=CONNECTIONS_AT_ONCE,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GOODBYE_SECONDS,
        backlog=BACKLOG,
    )


def _leave(_number: int, _frame: FrameType | None) -> None:
    # uvicorn raises the signal again once it has finished; the letter workers still have to be ended.
    raise SystemExit(0)
