"""The editor in a real browser: what goes over the wire, and when somebody can type."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench.installation import Visitor

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
#: Notes when the script has taken over the page and the open segment's field has the focus, in milliseconds since
#: the navigation began; the first paint with text; and the longest time the page could not react.
WATCH = """
(() => {
  const seen = { ready: null, longest: 0 };
  window.benchSeen = seen;
  const look = () => {
    const at = document.activeElement;
    if (seen.ready === null && document.querySelector("main.is-live") && at && at.matches(".segment.is-open textarea[name=text]")) {
      seen.ready = performance.now();
    }
  };
  document.addEventListener("focusin", look);
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["class"] });
  new PerformanceObserver((list) => {
    for (const task of list.getEntries()) seen.longest = Math.max(seen.longest, task.duration);
  }).observe({ type: "longtask", buffered: true });
})();
"""


@dataclass(slots=True)
class Load:
    """One load of a page. Times in milliseconds since the navigation began; `wire`: kind of file -> (requests, bytes
    with headers) that went over the wire until nothing more was asked for."""

    ready: float
    painted: float
    answered: float
    longest: float
    wire: dict[str, tuple[int, int]]
    cached: int
    encoding: str

    @property
    def requests(self) -> int:
        return sum(number for number, _ in self.wire.values())

    @property
    def bytes(self) -> int:
        return sum(size for _, size in self.wire.values())


@contextmanager
def browser() -> Iterator:
    """Headless Chromium. Raises RuntimeError that says what is missing."""
    if CHROMIUM is None:
        raise RuntimeError("no Chromium is installed: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield chromium
        finally:
            chromium.close()


def load_twice(chromium, visitor: Visitor, path: str, *, slowdown: int = 1) -> tuple[Load, Load]:
    """Open a page with an empty cache, and again with what the browser then has. `slowdown`: how many times slower
    the processor is (Emulation.setCPUThrottlingRate of the Chrome DevTools Protocol)."""
    context = chromium.new_context(
        base_url=f"http://127.0.0.1:{visitor.port}", locale="en", viewport={"width": 1280, "height": 800}
    )
    try:
        context.add_cookies(
            [{"name": n, "value": v, "domain": "127.0.0.1", "path": "/"} for n, v in visitor.cookies.items()]
        )
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.add_init_script(WATCH)
        protocol = context.new_cdp_session(page)
        protocol.send("Network.enable")
        protocol.send("Emulation.setCPUThrottlingRate", {"rate": slowdown})
        return _load(page, protocol, path), _load(page, protocol, path)
    finally:
        context.close()


def _load(page, protocol, path: str) -> Load:
    kinds: dict[str, str] = {}
    sizes: dict[str, float] = {}
    cached: set[str] = set()
    encodings: dict[str, str] = {}

    def received(event) -> None:
        request, response = event["requestId"], event["response"]
        kinds[request] = event["type"]
        if response.get("fromDiskCache") or response.get("fromPrefetchCache"):
            cached.add(request)
        if event["type"] == "Document":
            encodings[request] = {k.lower(): v for k, v in response["headers"].items()}.get("content-encoding", "none")

    listeners = {
        "Network.responseReceived": received,
        "Network.requestServedFromCache": lambda event: cached.add(event["requestId"]),
        "Network.loadingFinished": lambda event: sizes.__setitem__(event["requestId"], event["encodedDataLength"]),
    }
    for name, listener in listeners.items():
        protocol.on(name, listener)
    # from a blank page, so that nothing of an earlier load is under way
    page.goto("about:blank")
    for seen in (kinds, sizes, cached, encodings):
        seen.clear()
    page.goto(path, wait_until="load")
    page.wait_for_function("window.benchSeen.ready !== null")
    page.wait_for_load_state("networkidle")
    times = page.evaluate(
        """() => ({
            ...window.benchSeen,
            painted: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? null,
            answered: performance.getEntriesByType("navigation")[0].responseEnd,
        })"""
    )
    for name, listener in listeners.items():
        protocol.remove_listener(name, listener)
    wire: dict[str, tuple[int, int]] = {}
    for request, size in sizes.items():
        if request in cached or not kinds.get(request):
            continue
        number, total = wire.get(kinds[request], (0, 0))
        wire[kinds[request]] = (number + 1, total + int(size))
    return Load(
        ready=times["ready"],
        painted=times["painted"] or 0.0,
        answered=times["answered"],
        longest=times["longest"],
        wire=wire,
        cached=len(cached),
        encoding=next(iter(encodings.values()), "none"),
    )
