"""Piccolo's entry: the engine from the settings, one app in the registry."""

from piccolo.conf.apps import AppRegistry

from solidarity.settings import read_settings
from solidarity.store.engine import make_engine

DB = make_engine(read_settings().database_url)
APP_REGISTRY = AppRegistry(apps=["solidarity.store.piccolo_app"])
