"""pytest plugin: browser tests on the system's Chromium. Without one they are NOT RUN, which is said last and fails under CI.

A test asks for `open_page`; whatever asks for a browser, directly or not, is a browser test.
"""

import os
import shutil
from collections.abc import Iterator

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
REASON = "NOT RUN: no Chromium"
ADVICE = "Browser tests need a Chromium: on Debian and Ubuntu apt-get install chromium fonts-noto-cjk, or name one: CHROMIUM=/path/to/chrome"
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


def chromium() -> str | None:
    if named := os.environ.get("CHROMIUM"):
        return shutil.which(named)
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture
def open_page(browser, request) -> Iterator:
    """`open_page(language="zh-CN", phone=True, javascript=True, sign_in=user)`: a page in a browser profile of its own.

    With the fixture `live_server` addresses may be given as paths. At the end of the test no page may have raised an error in its
    scripts or have been stopped by the Content-Security-Policy; what a test expects of these it takes out of `page.problems`.
    """
    contexts: list = []
    problems: list[str] = []
    live = request.getfixturevalue("live_server") if "live_server" in request.fixturenames else None

    def opened(*, language: str = "en-GB", phone: bool = False, javascript: bool = True, sign_in=None, **more):
        options = {"locale": language, "timezone_id": "Asia/Shanghai", "viewport": PHONE if phone else DESK, **more}
        if live:
            options.setdefault("base_url", live.url)
        context = browser.new_context(java_script_enabled=javascript, **options)
        contexts.append(context)
        if sign_in is not None:
            context.add_cookies([session_cookie(sign_in, options["base_url"])])
        page = context.new_page()
        page.problems = problems
        page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
        page.on("console", lambda said: _note(page, said, problems))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not problems, "The browser complained:\n" + "\n".join(problems)


def _note(page, said, problems: list[str]) -> None:
    if said.type == "error" and "Content Security Policy" in said.text:
        problems.append(f"{page.url}: {said.text}")


def session_cookie(user, base_url: str) -> dict[str, str]:
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(user)
    return {
        "name": settings.SESSION_COOKIE_NAME,
        "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
        "url": base_url,
    }


# --- Not run is not passed -------------------------------------------------------------------------------------------------------


def pytest_collection_modifyitems(items) -> None:
    if chromium() is None:
        for item in items:
            if "browser" in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.skip(reason=REASON))


def not_run(config) -> int:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    return sum(1 for report in skipped if REASON in str(report.longrepr))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus) -> None:
    if os.environ.get("CI") and not_run(session.config) and exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config) -> None:
    """After pytest's own last line, so that nobody overlooks it."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter and (count := not_run(config)):
        reporter.ensure_newline()
        reporter.write_line(ADVICE)
        reporter.write_line(f"{count} browser tests NOT RUN", red=bool(os.environ.get("CI")), yellow=True)
