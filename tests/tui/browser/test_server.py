"""What is answered over HTTP, and what becomes of the app behind a tab; without a browser."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

pytest.importorskip("textual_serve", reason="needs the extra serve")

from aiohttp import ClientSession, ClientWebSocketResponse, WSServerHandshakeError
from aiohttp.test_utils import TestServer

from tests.engine.service.live import WAIT_S
from tui.browser import tab
from tui.browser.server import BrowserServer

TOKEN = "right"


class Site:
    """A server in this process, with an app that stands in behind its tabs."""

    def __init__(self, server: TestServer, client: ClientSession, file: Path) -> None:
        self._server = server
        self._client = client
        self._file = file

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._server.port}"

    async def status(self, path: str, **headers: str) -> int:
        """What a request is answered with."""
        async with self._client.get(f"{self.origin}{path}", headers=headers) as answer:
            return answer.status

    async def text(self, path: str) -> tuple[str, dict[str, str]]:
        """A text, and what was said of it."""
        async with self._client.get(f"{self.origin}{path}") as answer:
            assert answer.status == 200
            return await answer.text(), dict(answer.headers)

    async def tab(self, path: str = f"/{TOKEN}/ws", **headers: str) -> ClientWebSocketResponse:
        """A websocket as the page opens it."""
        given = {"Origin": self.origin} | headers
        address = f"{self.origin}{path}?width=100&height=30"
        return await self._client.ws_connect(address, headers=given)

    async def close(self) -> None:
        """What ctrl+c does."""
        await self._server.close()

    @property
    def told(self) -> list[str]:
        """What the apps were told, each one's process and surroundings first."""
        return self._file.read_text().splitlines() if self._file.exists() else []

    @property
    def apps(self) -> list[int]:
        """The processes of all apps that were started."""
        return [int(line.split()[0]) for line in self.told if line[0].isdecimal()]


def play(tmp_path: Path, story: Callable[[Site], Awaitable[None]], behavior: str = "ends") -> None:
    """Have a story happen on a site."""
    file = tmp_path / "told"
    words = [sys.executable, "-m", "tests.tui.browser.fake_app", str(file), behavior]

    @asynccontextmanager
    async def site() -> AsyncIterator[Site]:
        served = BrowserServer(words, TOKEN, "127.0.0.1")
        server = TestServer(await served.application())
        async with server, ClientSession() as client:
            yield Site(server, client, file)

    async def told() -> None:
        async with asyncio.timeout(WAIT_S), site() as one:
            await story(one)

    asyncio.run(told())


async def until(is_so: Callable[[], object]) -> None:
    """Wait until something holds."""
    while not is_so():
        await asyncio.sleep(0.01)


def is_gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


async def refusal(opening: Awaitable[ClientWebSocketResponse]) -> int:
    """What a websocket is refused with."""
    with pytest.raises(WSServerHandshakeError) as refused:
        await opening
    return refused.value.status


ROUTES = ("", "ws", "static/js/textual.js", "static/css/xterm.css", "page/page.js", "nothing")


def test_nothing_is_answered_without_the_token(tmp_path: Path) -> None:
    """Neither the page nor what it is made of, whatever the way, the name or the origin."""

    async def story(site: Site) -> None:
        for route in ROUTES:
            assert await site.status(f"/{route}") == 403
            assert await site.status(f"/wrong/{route}") == 403
            assert await site.status(f"/{TOKEN}/{route}", Host="evil.example") == 403
            assert await site.status(f"/{TOKEN}/{route}", Origin="http://evil.example") == 403
        found = [await site.status(f"/{TOKEN}/{route}") for route in ROUTES]
        assert found == [200, 400, 200, 200, 200, 404]  # 400: that is for a websocket
        assert site.apps == []

    play(tmp_path, story)


def test_no_websocket_without_the_token(tmp_path: Path) -> None:
    """Nor from another page or under another name; no app is started then."""

    async def story(site: Site) -> None:
        evil = "http://evil.example"
        assert await refusal(site.tab("/ws")) == 403
        assert await refusal(site.tab("/wrong/ws")) == 403
        assert await refusal(site.tab(Origin=evil)) == 403
        assert await refusal(site.tab(Host="evil.example", Origin=evil)) == 403
        assert site.apps == []

    play(tmp_path, story)


def test_the_page_leads_nowhere_else(tmp_path: Path) -> None:
    """It names no other host, is kept nowhere, and tells nobody its address."""

    async def story(site: Site) -> None:
        text, headers = await site.text(f"/{TOKEN}/")
        assert re.findall(r"\w+://[^/\"]+", text) == [site.origin.replace("http", "ws")]
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        for part in re.findall(r'(?:src|href)="([^":]+)"', text):
            assert await site.status(f"/{TOKEN}/{part}") == 200, part

    play(tmp_path, story)


def test_a_tab_has_an_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the page's size; keys lead there, what it draws comes back, its end closes the tab."""
    monkeypatch.setenv("TMUX", "/tmp/tmux-0/default,1,0")

    async def story(site: Site) -> None:
        page = await site.tab()
        assert (await page.receive_bytes()) == b"drawn"
        await page.send_json(["stdin", "ä"])
        await page.send_json(["resize", {"width": 90, "height": 20}])
        await page.send_json(["stdin", "q"])
        assert (await page.receive()).type.name == "CLOSE"
        await until(lambda: is_gone(site.apps[0]))
        first, *rest = site.told
        assert first.split(" ", 1)[1] == f"100x30 {tab.DRIVER} no tmux"
        assert rest[:3] == ["D ä", 'M {"type": "resize", "width": 90, "height": 20}', "D q"]

    play(tmp_path, story)


@pytest.mark.parametrize("behavior", ["ends", "draws on", "stays"])
def test_a_closed_tab_ends_its_app(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, behavior: str
) -> None:
    """It is told to quit; one that draws on is read until it ends, one that stays is killed."""
    if behavior == "stays":
        monkeypatch.setattr(tab, "PATIENCE_S", 0.1)

    async def story(site: Site) -> None:
        page = await site.tab()
        await page.receive_bytes()
        await page.close()
        await until(lambda: is_gone(site.apps[0]))
        assert 'M {"type": "quit"}' in site.told
        assert ("drawn on" in site.told) is (behavior == "draws on")

    play(tmp_path, story, behavior)


def test_the_servers_end_ends_every_app(tmp_path: Path) -> None:
    """At once, however many tabs there are."""

    async def story(site: Site) -> None:
        pages = [await site.tab() for _ in range(2)]
        for page in pages:
            await page.receive_bytes()
        assert not any(is_gone(process) for process in site.apps)
        ending = asyncio.create_task(site.close())
        for page in pages:
            assert (await page.receive()).type.name == "CLOSE"
        await ending
        assert len(site.apps) == 2
        assert all(is_gone(process) for process in site.apps)

    play(tmp_path, story)


def test_an_app_that_cannot_start_closes_the_tab(tmp_path: Path) -> None:
    """The page says that it has ended, and does not wait for ever."""

    async def story(site: Site) -> None:
        page = await site.tab()
        assert (await page.receive()).type.name == "CLOSE"

    play(tmp_path / "no such folder", story)
