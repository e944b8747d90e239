"""Typed models of every file in the configuration folder, their layering and checks, and the paths of everything on disk.

Reads files once and answers values; no screen, no store, no device, and nothing that changes after loading may be in here.
"""

from rl_station.settings.check import check
from rl_station.settings.content import tracking_keys
from rl_station.settings.device_choice import DeviceChoice, device_files, load_device_choice
from rl_station.settings.problems import ConfigError, Problem
from rl_station.settings.reference_tables import Facts, ReferenceTables
from rl_station.settings.sent_files import SUPERVISION_FILE, SentFile, sent_file, sent_supervision
from rl_station.settings.show import Setting, schema, show
from rl_station.settings.site import Container, Site, Station, load_site
from rl_station.settings.supervision_content import load_supervision

__all__ = [
    "SUPERVISION_FILE",
    "ConfigError",
    "Container",
    "DeviceChoice",
    "Facts",
    "Problem",
    "ReferenceTables",
    "SentFile",
    "Setting",
    "Site",
    "Station",
    "check",
    "device_files",
    "load_device_choice",
    "load_site",
    "load_supervision",
    "schema",
    "sent_file",
    "sent_supervision",
    "show",
    "tracking_keys",
]
