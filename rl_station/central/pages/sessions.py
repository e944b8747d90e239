"""Sessions in a cookie that the server signs, and the tokens that forms carry against requests from elsewhere. Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Literal

import msgspec

COOKIE, DOOR = "rl_session", "rl_door"
"""The session, and what the form to sign in is bound to."""
LIFE_US = 10 * 3600 * 1_000_000
"""How long a session lasts: a shift and what belongs to it."""

_LONGEST = 4096
_NONCE = re.compile(r"[0-9A-Za-z_-]{22}")
_PLACE = b"rl_station pages"


class Session(msgspec.Struct, frozen=True, array_like=True):
    """Who signed in: an operator of a site, or somebody with a reader's token (`name`). Microseconds since 1970 UTC.

    `mark` is of the PIN's hash or of the token, so that the session ends when that is changed or revoked.
    """

    site: str
    kind: Literal["operator", "reader"]
    name: str
    at: int
    mark: str
    nonce: str

    @property
    def who(self) -> str:
        """The key of the table `desk`."""
        return f"{self.kind} {self.name}"


_decoder = msgspec.json.Decoder(Session)


def secret(signing_key: str) -> bytes:
    """The key for cookies, out of the server's: nothing signed with the one can be taken for the other."""
    return hmac.new(bytes.fromhex(signing_key), _PLACE, hashlib.sha256).digest()


def packed(session: Session, key: bytes) -> str:
    body = _base64(msgspec.json.encode(session))
    return f"{body}.{_signature(key, 'session', body)}"


def unpacked(text: str, key: bytes, now: int) -> Session | None:
    """The session that we signed, while it lasts; else None."""
    body, _, signature = text.partition(".")
    if (
        len(text) > _LONGEST
        or not text.isascii()
        or not hmac.compare_digest(signature, _signature(key, "session", body))
    ):
        return None
    try:
        found = _decoder.decode(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (ValueError, msgspec.DecodeError):
        return None
    return found if found.at <= now < found.at + LIFE_US else None


def form_token(nonce: str, key: bytes) -> str:
    """What a form has to send back."""
    return _signature(key, "form", nonce)


def is_form_token(text: str, nonce: str, key: bytes) -> bool:
    return text.isascii() and hmac.compare_digest(text, form_token(nonce, key))


def nonce(chance: bytes) -> str:
    """16 bytes of chance as text."""
    return _base64(chance)


def is_nonce(text: str) -> bool:
    return _NONCE.fullmatch(text) is not None


def cookies(headers: Mapping[str, str]) -> Mapping[str, str]:
    """What a browser sent back; nothing where it cannot be read."""
    try:
        return {name: found.value for name, found in SimpleCookie(headers.get("cookie", "")).items()}
    except CookieError:
        return {}


def cookie(name: str, value: str, headers: Mapping[str, str]) -> dict[str, str]:
    """The header that sets one; an empty value takes it away. Only over TLS where the proxy in front says that it speaks it."""
    kept = f"Max-Age={LIFE_US // 1_000_000}" if value else "Max-Age=0"
    secure = "; Secure" if headers.get("x-forwarded-proto", "").lower() == "https" else ""
    return {"set-cookie": f"{name}={value}; Path=/; {kept}; HttpOnly; SameSite=Strict{secure}"}


def _signature(key: bytes, what: str, text: str) -> str:
    return _base64(hmac.new(key, f"{what}\n{text}".encode(), hashlib.sha256).digest())


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
