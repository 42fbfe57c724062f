"""Serves the app to browsers: the page, what it is made of, and a websocket for each tab."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from html import escape
from importlib.metadata import version
from pathlib import Path
from string import Template

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler
from textual_serve.server import Server, to_int

from tui.browser.doorkeeper import Doorkeeper
from tui.browser.tab import Tab
from tui.language import spoken, tr

PAGE = Path(__file__).parent / "page"
REFUSED = "403: this is not the address that `perceptui serve` has printed"
HEARTBEAT_S = 15.0
"""A tab that does not answer for so long and half of it again is closed."""
_POLICY = Path(__file__).parent / "policy.txt"
"""Content-Security-Policy: nothing of other hosts, in no frame. xterm.js makes styles itself."""


class BrowserServer(Server):
    """textual-serve behind a doorkeeper, with a page that asks nothing of other hosts."""

    def __init__(self, command: Sequence[str], token: str, host: str) -> None:
        """command: the words that start the app."""
        super().__init__("perceptui", host=host)
        self._words = command
        self._token = token
        self._door = Doorkeeper(token, host)
        self._tabs: set[Tab] = set()
        self._policy = "; ".join(_POLICY.read_text("utf-8").splitlines())

    async def application(self) -> web.Application:
        """All that is served, below the token."""
        inside = web.Application()
        inside.add_routes(
            [
                web.get("/", self.handle_page),
                web.get("/ws", self.handle_websocket),
                web.static("/static", self.statics_path),
                web.static("/page", PAGE),
            ]
        )
        application = web.Application(middlewares=[self._keep_door])
        application.add_subapp(f"/{self._token}", inside)
        application.on_response_prepare.append(self._guard)
        application.on_shutdown.append(self._close_tabs)
        return application

    def serve_on(self, listening: socket.socket) -> None:
        """Serve until SIGINT or SIGTERM; then every app has ended."""
        web.run_app(self.application(), sock=listening, print=None, access_log=None)

    @web.middleware
    async def _keep_door(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        hosts = request.headers.getall(hdrs.HOST, [])
        if not self._door.admits(request.rel_url.raw_path, request.headers, hosts):
            raise web.HTTPForbidden(text=tr(REFUSED) + "\n")
        return await handler(request)

    async def handle_page(self, request: web.Request) -> web.Response:
        """The page; it asks for all else below its own address."""
        page = Template((PAGE / "index.html").read_text("utf-8"))
        words = {
            "language": spoken().replace("_", "-"),
            "starts": tr("perceptui starts …"),
            "ended": tr("The app has ended. What trains goes on."),
            "again": tr("Open it again"),
            "scripts": tr("This page needs JavaScript."),
        }
        texts = {name: escape(word) for name, word in words.items()}
        scheme = "wss" if request.secure else "ws"
        address = escape(f"{scheme}://{request.host}/{self._token}/ws")
        size = to_int(request.query.get("fontsize", "16"), 16)
        text = page.substitute(texts, websocket=address, font_size=min(max(size, 4), 64))
        return web.Response(
            text=text, content_type="text/html", headers={"Cache-Control": "no-store"}
        )

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """An app of its own for each tab, for as long as the tab is there."""
        websocket = web.WebSocketResponse(heartbeat=HEARTBEAT_S)
        await websocket.prepare(request)
        tab = Tab(
            self._words,
            write_bytes=websocket.send_bytes,
            write_str=websocket.send_str,
            close=websocket.close,
            download_manager=self.download_manager,
        )
        self._tabs.add(tab)
        width, height = (to_int(request.query.get(name, ""), 0) for name in ("width", "height"))
        try:
            await tab.start(width or 80, height or 24)
            await self._process_messages(websocket, tab)
        finally:
            await tab.stop()
            self._tabs.discard(tab)
        return websocket

    async def _close_tabs(self, application: web.Application) -> None:
        """End every app, which closes its tab."""
        await asyncio.gather(*(tab.stop() for tab in tuple(self._tabs)))

    async def _guard(self, request: web.Request, response: web.StreamResponse) -> None:
        """Say what browsers shall not do with what they are sent."""
        response.headers["Content-Security-Policy"] = self._policy.replace("HOST", request.host)
        response.headers["Referrer-Policy"] = "no-referrer"  # the address has the token
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Server"] = f"perceptui/{version('perceptui')}"
