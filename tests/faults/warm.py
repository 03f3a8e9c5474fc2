"""What a server of forks imports once: the application, and all that building one loads."""

from solidarity.app import create_app
from solidarity.clock import Clock
from solidarity.settings import Settings

create_app(Settings(secret_key="only to load what an application needs"), clock=Clock(frozen=None))
