"""A browser to test pages in."""

import os
import shutil
from contextlib import contextmanager

import pytest

# No window, and nothing that a browser would otherwise do on its own behalf.
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
    "--window-size=1200,900",
]


@contextmanager
def chromium(profile, *flags):
    """Start Chromium without a window, with its profile in a folder; its log is kept."""
    binary, driver = os.environ.get("SKAUDIO_BROWSER") or shutil.which("chromium"), shutil.which("chromedriver")
    if binary is None or (driver is None and "SKAUDIO_BROWSER" not in os.environ):
        pytest.skip("needs chromium and chromedriver")
    webdriver = pytest.importorskip("selenium.webdriver")
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for flag in [*FLAGS, f"--user-data-dir={profile}", *flags]:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    try:
        yield driver
    finally:
        driver.quit()
