"""The browser of this machine that Playwright can drive: for tests, and to print the book."""

import contextlib
import os
import shutil
import subprocess
import sys

from playwright.sync_api import Error

PATIENCE = 600  # seconds, for what happens by itself also on a busy machine
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
NAMES += ("microsoft-edge", "microsoft-edge-stable")
MAC = ("Chromium", "Google Chrome", "Microsoft Edge")
WINDOWS = ("Chromium/Application/chrome.exe", "Google/Chrome/Application/chrome.exe")
WINDOWS += ("Microsoft/Edge/Application/msedge.exe",)
WINDOWS_FOLDERS = ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")


def installed() -> list[str]:
    """The browsers of this machine that Playwright can drive; first the one that `CHROMIUM` names."""
    paths = [os.environ.get("CHROMIUM"), *map(shutil.which, NAMES)]
    paths += [f"/Applications/{name}.app/Contents/MacOS/{name}" for name in MAC]
    folders = [os.environ[name] for name in WINDOWS_FOLDERS if name in os.environ]
    paths += [os.path.join(folder, name) for folder in folders for name in WINDOWS]
    return [path for path in paths if path and os.path.exists(path)]


def launched(driver):
    """A browser of this machine, else the one that Playwright installs, else None."""
    settings = {"args": ["--no-sandbox"], "timeout": 1000 * PATIENCE}
    for path in installed():
        with contextlib.suppress(Error):
            return driver.chromium.launch(executable_path=path, **settings)
    with contextlib.suppress(Error, subprocess.SubprocessError):
        install = [sys.executable, "-m", "playwright", "install", "chromium"]
        hurry = {**os.environ, "PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "5000"}  # milliseconds
        subprocess.run(install, env=hurry, timeout=300, check=True, capture_output=True)
        return driver.chromium.launch(**settings)
