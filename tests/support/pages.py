"""Loading a page in a real, headless Chromium that can reach nothing but a listening port."""

import re
import shutil
import socket
import subprocess
import tempfile
import threading
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")


def find_browser():
    """Return the path of a browser's program, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def browser_path():
    """Return the path of a browser's program; fail if there is none."""
    found = find_browser()
    assert found, f"there is no browser ({', '.join(NAMES)}): make browser says how to get one"
    return found


class Listener:
    """Stands for every address of evil.example and counts who calls."""

    def __enter__(self):
        self.calls = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def _listen(self):
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.calls += 1
            connection.close()

    def __exit__(self, *_):
        self._socket.close()


def load_page(page: Path) -> tuple[set[str], int]:
    """Load a page; return the attacks that ran, and how often evil.example was called."""
    with Listener() as evil, tempfile.TemporaryDirectory() as profile:
        rules = f"MAP evil.example 127.0.0.1:{evil.port}, MAP * ~NOTFOUND"
        done = subprocess.run(
            [
                browser_path(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                f"--user-data-dir={profile}",
                f"--host-resolver-rules={rules}",
                "--virtual-time-budget=3000",
                "--dump-dom",
                page.as_uri(),
            ],
            capture_output=True,
            text=True,
            timeout=120,
        )
        root = re.search(r"<html[^>]*>", done.stdout)
        assert root is not None, done.stderr[-2000:]
        return set(re.findall(r"data-ran-\d+", root[0])), evil.calls
