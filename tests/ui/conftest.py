"""Headless Chromium for the tests of what people see: Debian's own, driven by Playwright, which downloads none."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

#: The page must show what it shows without any service of the browser's maker. Playwright gives each launch its own profile.
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, for one module: Playwright's loop runs in this thread until it is stopped.

    Its absence skips the test, and fails it under CI=true, where it must not go unnoticed.
    """
    chromium = os.environ.get("SHUZHANG_TEST_CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        message = "no chromium; apt-get install chromium fonts-noto-cjk, or set SHUZHANG_TEST_CHROMIUM"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of 1440 by 900 of a Chinese reader, with storage of its own; an error in its scripts fails the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert errors == []
