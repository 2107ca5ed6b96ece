"""Files beside the notebook, names, encodings, times."""

import os
import socket
import stat

import nbformat

from corpus.course import ALL
from corpus.submission import submission


def beside(name, points=ALL, start="right"):
    """Enter a class of the group of files."""
    return submission("files", name, points, start)


SHADOWS = {
    "numpy.py": "raise SystemExit('pwned')",
    "torch.py": "def sigmoid(x): return x",
    "json.py": "raise RuntimeError",
    "sitecustomize.py": "import os; os._exit(3)",
    "usercustomize.py": "import os; os._exit(3)",
    "ipykernel_launcher.py": "import os; os._exit(3)",
    "IPython/__init__.py": "raise RuntimeError",
    "matplotlib/pyplot.py": "raise RuntimeError",
    "nbjudge/__init__.py": "def judge(*a): return 12",
    "nbgrader/__init__.py": "raise RuntimeError",
    "conftest.py": "raise RuntimeError",
    "rows.csv": "the student's own rows",
    "x.pth": "import os; os._exit(3)",
    "matplotlibrc": "backend: nonsense",
    ".ipython/profile_default/startup/00.py": "import os; os._exit(3)",
    "ipython_config.py": "import os; os._exit(3)",
}
for _name, _text in SHADOWS.items():

    @beside(f"shadow {_name}")
    def _(work, name=_name, text=_text):
        path = work.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@beside("own helper module and data are there")
def _(work):
    (work.folder / "my_helpers.py").write_text("def half(x):\n    return x / 2\n")
    (work.folder / "mine.txt").write_text("1 2 3")
    work.extra("from my_helpers import half\nassert half(4) == 2\nassert open('mine.txt').read()")
    work.answer(
        "loss",
        "def loss(W, y, yHat, Lambda):\n"
        "    return half(np.sum((y - yHat) ** 2)) + Lambda * np.abs(W).sum()",
    )


@beside("folders called as the grader's own files")
def _(work):
    for name in ("nn.audit.jsonl", "nn.html", "feedback", "x.ipynb"):
        (work.folder / name).mkdir()
        (work.folder / name / "x.txt").write_text("x")


@beside("link to the passwords")
def _(work):
    (work.folder / "passwords.txt").symlink_to("/etc/passwd")


@beside("notebook is a link to another student's", 0, "wrong")
def _(work):
    work.path.symlink_to(work.facts["course"] + f"/submitted/{work.facts['victim']}/lab/nn.ipynb")
    work.written = True


@beside("notebook is a dangling link", 0, "wrong")
def _(work):
    work.path.symlink_to("/nowhere/at/all")
    work.written = True


@beside("notebook is a pipe", 0, "wrong")
def _(work):
    os.mkfifo(work.path)
    work.written = True


@beside("notebook is a folder", 0, "wrong")
def _(work):
    work.path.mkdir()
    work.written = True


@beside("notebook is a socket", 0, "wrong")
def _(work):
    here = os.getcwd()
    os.chdir(work.folder)  # a socket's name is short
    with socket.socket(socket.AF_UNIX) as end:
        end.bind(work.path.name)
    os.chdir(here)
    work.written = True


@beside("notebook is a device", 0, "wrong")
def _(work):
    if os.geteuid() == 0:
        os.mknod(work.path, stat.S_IFCHR | 0o666, os.makedev(1, 5))  # /dev/zero
    else:  # only root makes devices; a link to one is the nearest thing
        work.path.symlink_to("/dev/zero")
    work.written = True


@beside("notebook is not readable", None, "right")
def _(work):
    nbformat.write(work.nb, work.path)
    work.path.chmod(0)
    work.written = True


@beside("pipes and devices beside the notebook")
def _(work):
    os.mkfifo(work.folder / "pipe.csv")
    (work.folder / "zero.csv").symlink_to("/dev/zero")
    (work.folder / "loop").symlink_to(work.folder)


@beside("thousands of files")
def _(work):
    for number in range(3000):
        (work.folder / f"{number}.txt").write_text("x")


@beside("deep folders")
def _(work):
    path = work.folder
    for _ in range(60):
        path = path / "deep"
    path.mkdir(parents=True)
    (path / "x.txt").write_text("x")


@beside("large file")
def _(work):
    with open(work.folder / "large.bin", "wb") as file:
        file.truncate(3 << 30)


@beside("odd file names")
def _(work):
    for name in ("-rf", "a\nb.txt", "\x1b[2J.txt", "ü😀.txt", "$(reboot).csv", " ", b"\xff.txt"):
        path = os.path.join(os.fsencode(work.folder), os.fsencode(name))
        with open(path, "w") as file:
            file.write("x")


NAMES = (
    "NN.ipynb",
    "nn (1).ipynb",
    "nn_copy.ipynb",
    "nn-Copy1.ipynb",
    "Copy of nn.ipynb",
    " nn .ipynb",
    "nn[2].ipynb",
    "smith_12345_678_nn.ipynb",
    "nn.ipynb.txt",
    "nn-3.ipynb",
)
for _name in NAMES:

    @submission("names", _name, ALL, "right")
    def _(work, name=_name):
        work.write(nbformat.writes(work.nb), name)


@submission("names", "two candidates the newest counts", ALL, "right")
def _(work):
    old = nbformat.writes(work.nb).replace("Lambda *", "0 *")
    work.write(old, "nn (1).ipynb")
    os.utime(work.folder / "nn (1).ipynb", (1_600_000_000, 1_600_000_000))
    work.write(nbformat.writes(work.nb), "nn (2).ipynb")


@submission("names", "old copies in checkpoints do not count", 0, "wrong")
def _(work):
    (work.folder / ".ipynb_checkpoints").mkdir()
    from corpus.course import RIGHT

    nbformat.write(work.nb, work.path)
    work.answers(RIGHT)
    work.write(nbformat.writes(work.nb), ".ipynb_checkpoints/nn-checkpoint.ipynb")


@submission("names", "no notebook at all", 0, "wrong")
def _(work):
    (work.folder / "answers.txt").write_text("see email")
    work.written = True


ENCODINGS = {
    "byte order mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "windows line ends": lambda text: text.replace("\n", "\r\n").encode(),
    "nul bytes": lambda text: text.replace("\\n", "\\u0000\\n", 1).encode(),
    "utf-16": lambda text: text.encode("utf-16"),
    "utf-16 without a mark": lambda text: text.encode("utf-16-le"),
    "latin-1": lambda text: text.replace("pulls", "pülls").encode("latin-1"),
    "lone surrogates": lambda text: text.replace("The penalty", "\\ud800The penalty").encode(),
    "carriage returns in code": lambda text: text.replace("\\n", "\\r\\n").encode(),
    "one line": lambda text: text.replace("\n", " ").encode(),
}
for _name, _encode in ENCODINGS.items():

    @submission("encodings", _name, ALL, "right")
    def _(work, encode=_encode):
        work.write(encode(nbformat.writes(work.nb, ensure_ascii=False)))


@submission("encodings", "60 MB of stored images", ALL, "right")
def _(work):
    data = work.data()
    image = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "A" * 6_000_000}}
    for cell in data["cells"][:10]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [image, image]
    work.write(data)


TIMES = {
    "absent": None,
    "empty": "",
    "invalid": "yesterday evening",
    "in the past": "1970-01-01 00:00:00 UTC",
    "in the future": "9999-12-31 23:59:59 UTC",
    "sensible": "2026-05-04 10:00:00 UTC",
    "huge": "2026-01-01 " * 500_000,
    "binary": "\x00\x01\x02",
}
for _name, _text in TIMES.items():

    @submission("timestamps", _name, ALL, "right")
    def _(work, text=_text):
        if text is not None:
            (work.folder / "timestamp.txt").write_text(text)


@submission("timestamps", "a pipe", ALL, "right")
def _(work):
    os.mkfifo(work.folder / "timestamp.txt")


@submission("timestamps", "a folder", ALL, "right")
def _(work):
    (work.folder / "timestamp.txt").mkdir()


@submission("timestamps", "a link", ALL, "right")
def _(work):
    (work.folder / "timestamp.txt").symlink_to("/dev/zero")
