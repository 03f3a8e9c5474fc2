"""SQLite for a program that does one thing after the other: no other thread, so nothing to wait for."""

import asyncio
from asyncio import Future
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from solidarity.store.failures import translated
from solidarity.store.sqlite_connections import ConnectionThread, Reader, Rows
from solidarity.store.sqlite_engine import SolidaritySQLite


class HereAndNow(ConnectionThread):
    """Does each job where it is asked for. While it runs, the event loop does nothing else."""

    def __init__(self) -> None:
        """Unlike the others it starts no thread."""

    def call(self, work: Callable[[], Any]) -> "Future[Any]":
        answer: Future[Any] = asyncio.get_running_loop().create_future()
        try:
            answer.set_result(work())
        except Exception as error:
            answer.set_exception(error)
        return answer

    @property
    def is_idle(self) -> bool:
        return True

    def post(self, work: Callable[[], Any]) -> None:
        work()

    def stop(self) -> None:
        pass


class LoneSQLite(SolidaritySQLite):
    """The same engine with the same guarantees for the loading of many rows: a hop to a thread and back for
    each statement is a third of its time. A server must not use it, since it stands still while SQLite works.
    """

    async def take_writing_turn(self) -> None:
        if self._writing_thread is None:
            self._writing_thread = HereAndNow()
            await self._patiently(self._writing_thread.call(self._writer.open))
        await super().take_writing_turn()

    async def take_reader(self) -> tuple[ConnectionThread, Reader]:
        if not self._idle:
            seat = (HereAndNow(), Reader(Path(self.path)))
            self._readers.append(seat)
            self._idle.append(seat)
        return await super().take_reader()

    async def ask_writer(self, sql: str, values: Sequence[Any]) -> Rows:
        with translated():
            return self._writer.fetch_in_unit(sql, values)
