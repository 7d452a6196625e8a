"""A browser and a server for the tests in this folder."""

import os
import shutil
from pathlib import Path

from tests.lab import ROOT, running_lab

import pytest

SECONDS = 1000  # Playwright counts in milliseconds
NOTEBOOKS = Path(os.environ.get("BROWSER_TEST_NOTEBOOKS", ROOT / "notebooks"))
CHROMIUM_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]


@pytest.fixture(scope="session")
def browser():
    names = ("chromium", "chromium-browser", "google-chrome")
    executable = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if executable is None:
        pytest.skip("no Chromium or Chrome found: install one, or name it in the variable CHROMIUM")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def lab(tmp_path_factory, browser):
    """`make lab` on a copy of the notebooks: the folder, the server's address and its token."""
    folder = tmp_path_factory.mktemp("lab")
    others = shutil.ignore_patterns("mine", ".ipynb_checkpoints")
    shutil.copytree(NOTEBOOKS, folder / "notebooks", ignore=others)
    with running_lab(folder, folder) as (_, address, token):
        yield folder, address, token


@pytest.fixture
def page(browser, lab):
    """A new tab; afterwards all kernels are shut down."""
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.set_default_timeout(120 * SECONDS)
    yield page
    _, address, token = lab
    for session in page.request.get(f"{address}/api/sessions{token}").json():
        page.request.delete(f"{address}/api/sessions/{session['id']}{token}")
    page.close()
