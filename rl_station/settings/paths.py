"""The one module that knows where things are: configuration, data, and the example site.

Each folder: what the command line says, else the environment, else what the platform calls the right place.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from platformdirs import PlatformDirs

CONFIG_VARIABLE = "RL_STATION_CONFIG"
DATA_VARIABLE = "RL_STATION_DATA"

_DIRS = PlatformDirs("rl-station", appauthor=False)


def config_dir(flag: Path | None = None, *, environ: Mapping[str, str] = os.environ) -> Path:
    """The folder of the site's configuration; it need not exist."""
    return _chosen(flag, environ.get(CONFIG_VARIABLE, "")) or _DIRS.user_config_path


def demo_config_dir(flag: Path | None = None, *, environ: Mapping[str, str] = os.environ) -> Path:
    """As `config_dir`, but what nobody chose is the example site: the demo runs on a machine that has no site."""
    return _chosen(flag, environ.get(CONFIG_VARIABLE, "")) or example_site()


def data_dir(flag: Path | None = None, *, environ: Mapping[str, str] = os.environ) -> Path:
    """The folder of the station's store; it need not exist."""
    return _chosen(flag, environ.get(DATA_VARIABLE, "")) or _DIRS.user_data_path


def example_site() -> Path:
    """The complete example site: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "example_site"
    return installed if installed.is_dir() else package.parent / "config"


def _chosen(flag: Path | None, variable: str) -> Path | None:
    if flag is not None:
        return flag.expanduser()
    return Path(variable).expanduser() if variable else None
