"""A real Jupyter server, and what people do in its JupyterLab: a notebook, and formgrader.

What a person sees and does goes through the page and the keyboard. JupyterLab itself is asked
only where a cell is, and whether it is still running.
"""

import contextlib
import json
import os
import re
import subprocess
import time
import urllib.request
from pathlib import Path

from ports import free_port

TOKEN = "secret"
EXPOSED = "--LabApp.expose_app_in_browser=True"  # for PANEL
# the notebook on the screen, in JupyterLab's own words
PANEL = "window.jupyterapp.shell.currentWidget"
CELLS = f"Array.from({PANEL}.content.model.cells)"
IDLE = f"{PANEL}.sessionContext?.session?.kernel?.status === 'idle'"


class Server:
    """A Jupyter server in a folder.

    Attributes:
        address: where it listens, such as ``http://127.0.0.1:45321``.
        log: the file with what it says.
    """

    def __init__(self, folder: Path, programs: Path, app: str = "server", options=()):
        """Start ``jupyter-<app>``, a program of the folder `programs`, in a home of its own."""
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        self.log = folder / "server.log"
        command = [programs / f"jupyter-{app}", "--no-browser", "--allow-root", f"--port={port}"]
        command += ["--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}", *options]
        path = f"{programs}:{os.environ['PATH']}"
        with open(self.log, "w") as log:
            self._process = subprocess.Popen(
                command,
                cwd=folder,
                env={**os.environ, "PATH": path, "HOME": str(folder), "XDG_RUNTIME_DIR": ""},
                stdout=log,
                stderr=log,
            )

    def ask(self, path, method="GET", **data):
        """Return what the server answers."""
        request = urllib.request.Request(
            f"{self.address}{path}",
            method=method,
            data=json.dumps(data).encode() if method != "GET" else None,
            headers={"Authorization": f"token {TOKEN}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.read().decode()

    def __enter__(self):
        end = time.monotonic() + 120
        while time.monotonic() < end and self._process.poll() is None:
            with contextlib.suppress(OSError):
                self.ask("/api/status")
                return self
            time.sleep(0.2)
        self.__exit__()
        raise RuntimeError(self.log.read_text())

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait(60)


def no_news(page) -> None:
    """Answer JupyterLab's first question, which else stands in front of other things."""
    page.get_by_role("button", name="No", exact=True).click()


class Notebook:
    """A notebook that is open in JupyterLab."""

    def __init__(self, page, server: Server, name: str, patience: float = 120):
        """Open the file `name`; wait up to `patience` seconds for whatever is asked of it."""
        self.page = page
        page.set_default_timeout(1000 * patience)
        # reset: what was open before is not opened again
        page.goto(f"{server.address}/lab/tree/{name}?reset&token={TOKEN}")
        page.wait_for_selector(".jp-Notebook .jp-Cell")
        page.wait_for_function(f"{PANEL}?.context?.path === '{name}' && {IDLE}")

    def go_to(self, grade_id: str):
        """Select the cell and scroll to it, as a click on it would; return what shows it."""
        found = self.page.evaluate(
            f"""async (id) => {{
                const at = {CELLS}.findIndex(
                    (cell) => cell.sharedModel.getMetadata("nbgrader")?.grade_id === id);
                if (at < 0) return false;
                const notebook = {PANEL}.content;
                notebook.deselectAll();
                notebook.activeCellIndex = at;
                notebook.mode = "command";
                await notebook.scrollToItem(at, "center");
                notebook.activate();
                return true;
            }}""",
            grade_id,
        )
        assert found, f"the notebook has no cell {grade_id}"
        cell = self.page.locator(".jp-Notebook .jp-Cell.jp-mod-active")
        cell.wait_for()
        return cell

    def code_before(self, grade_id: str) -> list[str]:
        """Return the grade_ids of the code cells above a cell, of those that have one."""
        return self.page.evaluate(
            f"""(id) => {{
                const name = (cell) => cell.sharedModel.getMetadata("nbgrader")?.grade_id;
                const all = {CELLS};
                const above = all.slice(0, all.findIndex((cell) => name(cell) === id));
                return above.filter((cell) => cell.type === "code").map(name).filter(Boolean);
            }}""",
            grade_id,
        )

    def text(self, grade_id: str) -> str:
        """Return the cell as it is read: a rendered text, or the lines of code."""
        return self.go_to(grade_id).inner_text()

    def type_over(self, grade_id: str, source: str) -> None:
        """Put the cursor into the cell, select all and write something else."""
        self.go_to(grade_id)
        self.page.keyboard.press("Enter")
        self.page.locator(".jp-Cell.jp-mod-active .cm-content[contenteditable=true]").wait_for()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(source)

    def run(self, grade_id: str) -> str:
        """Run the cell with Ctrl-Enter; return what is printed below it."""
        cell = self.go_to(grade_id)
        before = self._count(grade_id)
        self.page.keyboard.press("Control+Enter")
        self.page.wait_for_function(
            f"""([id, before]) => {{
                const cell = {CELLS}.find(
                    (each) => each.sharedModel.getMetadata("nbgrader")?.grade_id === id);
                return {IDLE} && cell.executionCount !== null && cell.executionCount !== before;
            }}""",
            arg=[grade_id, before],
        )
        return "\n".join(cell.locator(".jp-OutputArea-output").all_inner_texts())

    def run_all(self) -> None:
        """Choose *Kernel → Restart Kernel and Run All Cells…*, and wait for the last cell."""
        self.page.get_by_role("menuitem", name="Kernel", exact=True).click()
        self.page.get_by_role("menuitem", name=re.compile("Restart Kernel and Run All")).click()
        self.page.get_by_role("button", name="Confirm Kernel Restart").click()
        self.page.wait_for_function(
            f"""() => {{
                const code = {CELLS}.filter((cell) => cell.type === "code");
                const failed = code.some((cell) =>
                    cell.outputs.toJSON().some((output) => output.output_type === "error"));
                return {IDLE} && (failed || code.every((cell) => cell.executionCount !== null));
            }}"""
        )

    def figures_on_screen(self) -> int:
        """Scroll through the notebook; return how many figures are drawn, none of them broken."""
        found = 0
        for at in range(self.page.evaluate(f"{CELLS}.length")):
            self.page.evaluate(f"async (at) => {{ await {PANEL}.content.scrollToItem(at); }}", at)
            cell = self.page.locator(f'.jp-Notebook .jp-Cell[data-windowed-list-index="{at}"]')
            for image in cell.locator(".jp-OutputArea-output img").all():
                assert image.evaluate(
                    "(image) => image.naturalWidth > 100 && image.clientWidth > 100"
                )
                found += 1
        return found

    def save(self) -> None:
        """Press Ctrl-S and wait until the file is written."""
        self.page.keyboard.press("Control+S")
        self.page.wait_for_function(f"!{PANEL}.context.model.dirty")

    def _count(self, grade_id: str):
        return self.page.evaluate(
            f"""(id) => {CELLS}.find(
                (each) => each.sharedModel.getMetadata("nbgrader")?.grade_id === id).executionCount
            """,
            grade_id,
        )


class Formgrader:
    """Formgrader as it is opened from JupyterLab's menu."""

    def __init__(self, page, server):
        """Open it; `frame` is what it is shown in."""
        self._page = page
        page.goto(f"{server.address}/lab?reset&token={TOKEN}")
        no_news(page)
        page.get_by_role("menuitem", name="Nbgrader", exact=True).click()
        page.get_by_role("menuitem", name="Formgrader").first.click()
        self.frame = page.frame_locator("iframe[src*=formgrader]")

    def press(self, column: str, row: str) -> str:
        """Press the button of a column in a row; return what the window says that opens then."""
        line = self.frame.locator("#main-table tr", has_text=row)
        line.locator(f"td.{column} a").click()
        window = self.frame.locator(".modal.in")
        window.wait_for()
        said = window.inner_text()
        window.locator("button", has_text="OK").click()
        window.wait_for(state="hidden")
        return said

    def follow(self, *links: str) -> None:
        """Click one link after the other."""
        for link in links:
            self.frame.get_by_role("link", name=link, exact=True).first.click()

    def submission(self) -> str:
        """Return what is to be read of the submission that is open."""
        self.frame.locator("input.score").first.wait_for()
        return self.frame.locator("body").inner_text()

    def give(self, points: str, comment: str) -> None:
        """Give points and a comment to the last answer, and wait until both are saved."""
        # the tick that formgrader shows then is gone again before a busy machine has seen it
        for field, kind, text in (
            ("input.score", "grade", points),
            ("textarea", "comment", comment),
        ):
            place = self.frame.locator(field).last
            place.fill(text)
            with self._page.expect_response(
                lambda response, kind=kind: (
                    response.request.method == "PUT" and f"/api/{kind}/" in response.url
                )
            ) as saved:
                place.press("Tab")
            assert saved.value.ok
