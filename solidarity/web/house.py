"""What handlers of every capability share besides the toolkit: settings, archive, clock."""

from dataclasses import dataclass
from typing import Any

from litestar import Request

from solidarity.archive import Archive
from solidarity.clock import Clock
from solidarity.settings import Settings


@dataclass(frozen=True, kw_only=True, slots=True)
class House:
    """Found again in `app.state["house"]`."""

    settings: Settings
    archive: Archive
    clock: Clock


def house_of(request: Request[Any, Any, Any]) -> House:
    """The house of the application that answers this request."""
    house = request.app.state["house"]
    assert isinstance(house, House)
    return house
