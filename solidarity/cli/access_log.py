"""What the server writes down of each request: method, path, status; no address, no query, nobody's data."""

import logging
from typing import Any, Final


class Discreet(logging.Filter):
    """Leaves out who asked, and what stands after the question mark: names are searched there."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple) and len(record.args) == 5:
            _client, method, path, _version, status = record.args
            record.msg = "%s %s %s"
            record.args = (method, str(path).partition("?")[0], status)
        return True


LOGGING: Final[dict[str, Any]] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"discreet": {"()": "solidarity.cli.access_log.Discreet"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "errors": {"class": "logging.StreamHandler", "formatter": "line", "stream": "ext://sys.stderr"},
        "access": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["discreet"],
            "stream": "ext://sys.stderr",
        },
    },
    "root": {"handlers": ["errors"], "level": "WARNING"},
    "loggers": {
        "uvicorn": {"handlers": ["errors"], "level": "WARNING", "propagate": False},
        "uvicorn.access": {"handlers": ["access"], "level": "INFO", "propagate": False},
    },
}
