"""Pictures as ESC/POS commands, by python-escpos, which is kept away from the screen, the log and the printer's line."""

from __future__ import annotations

import logging
import os
import shutil
import threading
from contextlib import contextmanager
from importlib import import_module
from io import BytesIO
from typing import TYPE_CHECKING, Any

from PIL import Image

from drivers.contract import DeviceError

if TYPE_CHECKING:
    from collections.abc import Iterator

_INITIALISE = b"\x1b@"
_DARK = 128
_loading = threading.Lock()


def raster_job(png: bytes, *, width: int, cut: bool) -> bytes:
    """The commands that print a picture dot for dot (`GS v 0`). Raises `DeviceError` where it cannot be printed."""
    picture = _fitted(_black_and_white(png), width)
    escpos = _library()
    printer = escpos.Dummy(profile=_profile(width))
    printer.image(picture)
    if cut:
        printer.cut(mode="PART")
    return _INITIALISE + bytes(printer.output)


def _black_and_white(png: bytes) -> Image.Image:
    """By threshold, on white: dots that are scattered to look grey would spoil a bar code."""
    try:
        with Image.open(BytesIO(png), formats=["PNG"]) as source:
            picture = source.convert("RGBA")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise DeviceError(f"the job is not a picture: {error}") from error
    paper = Image.new("RGBA", picture.size, "white")
    paper.alpha_composite(picture)
    return paper.convert("L").point(lambda shade: 255 * (shade >= _DARK)).convert("1")


def _fitted(picture: Image.Image, width: int) -> Image.Image:
    """Turned where only that fits. Never shrunk: the bars of a bar code would run into each other."""
    if picture.width <= width:
        return picture
    if picture.height <= width:
        return picture.transpose(Image.Transpose.ROTATE_90)
    raise DeviceError(f"the label is {picture.width} x {picture.height} dots, the printer prints {width} in a row")


def _profile(width: int) -> Any:
    """The library's plain profile with the width of our printer; without one it talks to the terminal."""
    base = import_module("escpos.capabilities").get_profile_class("default")
    data = {**base.profile_data, "media": {"width": {"pixels": width}}}
    # Its get_profile takes only instances of its own Profile as they are.
    profile = import_module("escpos.capabilities").Profile(features=data["features"])
    profile.profile_data = data
    return profile


def _library() -> Any:
    """python-escpos, loaded when the first label comes: it takes half a second and makes itself at home."""
    with _loading, _guarded_logging():
        library = import_module("escpos.printer")
        left_behind = import_module("escpos.capabilities").pickle_dir
        if "ESCPOS_CAPABILITIES_PICKLE_DIR" not in os.environ:
            # It makes a folder for its cache at every start, and never looks into an old one again.
            shutil.rmtree(left_behind, ignore_errors=True)
        return library


@contextmanager
def _guarded_logging() -> Iterator[None]:
    """Importing it sends the log of the whole program to the terminal, which is a full-screen application."""
    root = logging.getLogger()
    handlers = list(root.handlers)
    try:
        yield
    finally:
        root.handlers[:] = handlers
