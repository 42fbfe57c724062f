"""Who is let in: whoever has the address, from the page that it leads to."""

from __future__ import annotations

import hmac
import ipaddress
import secrets
import socket
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

_LOCAL = ("localhost", "127.0.0.1", "::1")
_TOKEN_BYTES = 24


def new_token() -> str:
    """What nobody guesses, for the address."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


class Doorkeeper:
    """Looks at a request before anything answers it.

    The token keeps other people of this machine out; the names keep out pages of the internet
    whose name was made to lead here (DNS rebinding), and the origin those that send a websocket's
    request from elsewhere, which browsers let them do.
    """

    def __init__(self, token: str, host: str) -> None:
        """host: the name or address that is listened on."""
        self._token = token
        self._names = {*_LOCAL, host.lower()}
        self._is_for_all = _is_for_all(host)
        if self._is_for_all:
            self._names |= {socket.gethostname().lower(), socket.getfqdn().lower()}

    def admits(self, path: str, headers: Mapping[str, str], hosts: Sequence[str]) -> bool:
        """Whether a request may be answered; hosts: what all its Host headers say."""
        first = path.removeprefix("/").partition("/")[0]
        has_token = hmac.compare_digest(_bytes(first), _bytes(self._token))
        return has_token and len(hosts) == 1 and self._knows(hosts[0]) and _is_own(headers, hosts)

    def _knows(self, host: str) -> bool:
        """Whether a request was sent to a name of this machine; ports may be forwarded."""
        try:
            name = urlsplit(f"//{host}").hostname
        except ValueError:
            return False
        if name is None:
            return False
        return name in self._names or (self._is_for_all and _is_address(name))


def _is_own(headers: Mapping[str, str], hosts: Sequence[str]) -> bool:
    """Whether what a page has sent comes from the page that was sent from here."""
    origin = headers.get("Origin")
    if origin is None:  # browsers tell it of every websocket; the address alone leads to the page
        return headers.get("Upgrade") is None
    return origin in (f"http://{hosts[0]}", f"https://{hosts[0]}")


def _is_for_all(host: str) -> bool:
    return _is_address(host) and ipaddress.ip_address(host).is_unspecified


def _is_address(name: str) -> bool:
    """Whether it is numbers: no name server has a say in where that leads."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
