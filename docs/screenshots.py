"""Takes the pictures of the README from a running demo: `.venv/bin/python docs/screenshots.py [http://127.0.0.1:8000]`."""

import os
import re
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

IMAGES = Path(__file__).resolve().parent / "images"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--lang=en-GB"]
MOST_BYTES = 200_000


def signed_in(browser: Browser, base: str, user: str, language: str) -> Page:
    context = browser.new_context(
        viewport={"width": 1440, "height": 900},
        locale="zh-CN" if language == "zh-hans" else "en-GB",
        timezone_id="Asia/Shanghai",
        reduced_motion="reduce",
    )
    context.add_cookies([{"name": "django_language", "value": language, "url": base}])
    page = context.new_page()
    page.goto(f"{base}/sign-in/")
    page.fill("[name=username]", user)
    page.fill("[name=password]", "demo")
    page.press("[name=password]", "Enter")
    page.wait_for_url(re.compile("/my-day/"))
    return page


def shoot(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(600)
    path = IMAGES / f"{name}.png"
    page.screenshot(path=path)
    size = path.stat().st_size
    print(f"{path.name}: {size / 1000:.0f} kB{', too large' if size > MOST_BYTES else ''}")


def main() -> None:
    base = (sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000").rstrip("/")
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=QUIET
        )
        shoot(signed_in(browser, base, "agent", "en"), "my-day")

        page = signed_in(browser, base, "manager", "zh-hans")
        page.goto(f"{base}/complaints/?view=overdue")
        page.locator("table a.open", has_text=re.compile("[一-鿿]")).first.click()
        shoot(page, "complaint")

        page = signed_in(browser, base, "manager", "en")
        page.goto(f"{base}/insights/?days=90")
        shoot(page, "overview")
        browser.close()


if __name__ == "__main__":
    main()
