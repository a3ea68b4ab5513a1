"""Chromium for the tests of pages; both it and its driver must be installed."""

import shutil

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium; the test is skipped without it (Debian: chromium, chromium-driver)."""
    if not (CHROMIUM and DRIVER):
        pytest.skip("needs chromium and chromedriver (chromium-driver)")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1280,1000"):
        options.add_argument(argument)
    options.add_argument("--disable-dev-shm-usage")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    driver.set_page_load_timeout(60)
    yield driver
    driver.quit()


@pytest.fixture
def show(browser, tmp_path):
    """Return a function that opens a page, waits until it is drawn, and finds the log empty."""
    from selenium.webdriver.support.ui import WebDriverWait

    def opened(page):
        file = tmp_path / "page.html"
        file.write_text(page, encoding="utf-8")
        browser.get(file.as_uri())
        WebDriverWait(browser, 60).until(
            lambda driver: driver.execute_script("return document.documentElement.dataset.drawn")
        )
        assert browser.get_log("browser") == []
        return browser

    return opened
