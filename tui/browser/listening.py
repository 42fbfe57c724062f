"""The socket that a server listens on, and the address that leads to it."""

from __future__ import annotations

import os
import socket

from engine.errors import UsageError


def listening(host: str, port: int) -> socket.socket:
    """Listen there, and only there; raises UsageError where that can't be."""
    try:
        family, _, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(place[:2], family=family)
    except socket.gaierror as error:
        raise UsageError(f"--host {host}: no such host") from error
    except OSError as error:
        reason = os.strerror(error.errno or 0)  # its own text has the address once more
        raise UsageError(f"{host}, port {port}: {reason}; --port 0 takes a free one") from error


def address_of(one: socket.socket, host: str, token: str) -> str:
    """Where a browser finds what listens; for all of a machine's addresses by its name."""
    bound, port = one.getsockname()[:2]
    if bound in ("0.0.0.0", "::"):
        host = socket.gethostname()
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/{token}/"
