"""Piccolo's description of our one app: where the migrations are and which tables they make."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from solidarity.store.tables import TABLES

APP_CONFIG = AppConfig(
    app_name="solidarity",
    migrations_folder_path=str(Path(__file__).parent / "migrations"),
    table_classes=list(TABLES),
    migration_dependencies=[],
    commands=[],
)
