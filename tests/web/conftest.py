"""A client of the example site."""

from collections.abc import Iterator

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from tests.web.example_site import ADMINISTRATOR_TOKEN, DIRECTOR_TOKEN, example_site


@pytest.fixture(scope="session")
def site() -> Litestar:
    return example_site()


@pytest.fixture
def client(site: Litestar) -> Iterator[TestClient[Litestar]]:
    with TestClient(site, base_url="http://127.0.0.1:8000", raise_server_exceptions=False) as made:
        made.follow_redirects = False
        yield made


@pytest.fixture
def director(client: TestClient[Litestar]) -> TestClient[Litestar]:
    client.cookies.set("solidarity", DIRECTOR_TOKEN)
    return client


@pytest.fixture
def administrator(client: TestClient[Litestar]) -> TestClient[Litestar]:
    client.cookies.set("solidarity", ADMINISTRATOR_TOKEN)
    return client
