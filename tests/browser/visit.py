"""A tab of a browser that remembers everything that went wrong in it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, Request, Response, expect

expect.set_options(timeout=15_000)  # two slow cores; a state that is right is seen at once


class Visit:
    """A tab on a server, what went wrong in it, and short words for what users do."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.problems: list[str] = []
        self.requests: list[Request] = []
        self._expected: list[re.Pattern[str]] = []
        self._origin = urlsplit(url).netloc
        page.set_default_timeout(15_000)
        page.on("console", self._said)
        page.on("pageerror", lambda error: self._wrong(f"uncaught: {error}"))
        page.on("request", self._asked)
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)

    def expecting(self, *patterns: str) -> None:
        """From now on, take problems that fit one of these patterns for what the test wants."""
        self._expected += map(re.compile, patterns)
        self.problems = [one for one in self.problems if not self._is_expected(one)]

    def open(self, link: str) -> Page:
        """Open a link such as `/experiments/1` as if it had been pasted into a new tab."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.url}/#{link}")
        return self.page

    @property
    def link(self) -> str:
        """Where the tab is, as `open` takes it."""
        return self.page.url.partition("#")[2]

    def asked(self, part: str) -> list[Request]:
        """The requests so far whose address has a part."""
        return [one for one in self.requests if part in one.url]

    def settle(self) -> None:
        """Wait until the page has loaded what it shows."""
        main = self.page.get_by_role("main")
        expect(main).not_to_be_empty()
        expect(main.locator(".loading, [aria-busy=true]")).to_have_count(0)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "assert"):
            self._wrong(f"console: {message.text} ({message.location.get('url')})")

    def _asked(self, request: Request) -> None:
        self.requests.append(request)
        where = urlsplit(request.url)
        if where.scheme not in ("about", "blob", "chrome-extension", "data") and where.netloc != self._origin:
            self._wrong(f"left the origin: {request.url}")

    def _failed(self, request: Request) -> None:
        reason = request.failure or ""
        if "ERR_ABORTED" not in reason:  # the page gives up what it does not need any more
            self._wrong(f"failed: {request.method} {request.url}: {reason}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self._wrong(f"{response.status}: {response.request.method} {response.url}")
        saved = "attachment" in response.headers.get("content-disposition", "")  # the answer to a form; the page stays
        if response.request.is_navigation_request() and response.request.frame == self.page.main_frame and not saved:
            policy = response.headers.get("content-security-policy", "")
            if "'self'" not in policy or "unsafe-inline" in policy or "unsafe-eval" in policy:
                self._wrong(f"Content-Security-Policy of {response.url}: {policy or 'none'}")

    def _wrong(self, problem: str) -> None:
        if not self._is_expected(problem):
            self.problems.append(problem)

    def _is_expected(self, problem: str) -> bool:
        return any(pattern.search(problem) for pattern in self._expected)
