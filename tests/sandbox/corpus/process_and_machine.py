"""Attacks on the process and the machine, each in a cell of its own between wrong answers."""

from corpus.course import ALL, POINTS
from corpus.submission import snippets, submission

snippets(
    "kernel lost",
    {
        "os exit": "import os; os._exit(0)",
        "sys exit": "import sys; sys.exit(0)",
        "segfault": "import ctypes; ctypes.string_at(0)",
        "abort": "import os; os.abort()",
        "sigstop": "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
        "sigkill everything": "import os, signal; os.kill(-1, signal.SIGKILL)",
        "sigkill of the parent": "import os, signal\nfor p in (os.getppid(), 1, 2):\n"
        "    try: os.kill(p, signal.SIGKILL)\n    except OSError as e: print(e)\nos._exit(1)",
        "infinite loop": "while True: pass",
        "infinite loop that swallows interrupts": "while True:\n    try:\n        while True: pass\n"
        "    except BaseException: pass",
        "interrupts ignored": "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "time.sleep(1000)",
        "loop in c": "sum(1 for _ in iter(int, 1))",
        "catastrophic regex": "import re; re.match('(a+)+$', 'a' * 60 + 'b')",
        "deadlock": "import threading; l = threading.Lock(); l.acquire(); l.acquire()",
        "event loop closed": "import asyncio; asyncio.get_event_loop().stop()",
        "zmq context ended": "get_ipython().kernel.shell_stream.close()",
        "recursion in c": "import sys; sys.setrecursionlimit(10**9)\ndef f(): return f()\nf()",
        "fork bomb": "import os\nwhile True: os.fork()",
        "thread bomb": "import threading, time\n"
        "while True: threading.Thread(target=time.sleep, args=(100,)).start()",
        "detached children": "import subprocess\nfor _ in range(5):\n    subprocess.Popen("
        "['setsid', 'nohup', 'sleep', '<sleeper>'], start_new_session=True)",
        "double fork daemon": "import os, time\nif os.fork() == 0:\n    os.setsid()\n"
        "    if os.fork() == 0:\n        os.execvp('sleep', ['sleep', '<sleeper>'])\n"
        "    os._exit(0)",
        "memory": "x = bytearray(1 << 20)\nwhile True: x += x",
        "memory in children": "import os, time\nfor i in range(20):\n    if os.fork() == 0:\n"
        "        y = bytearray(os.urandom(1 << 20)) * 150\n        time.sleep(50)\ntime.sleep(50)",
        "memory by shared files": "for i in range(100):\n"
        "    open(f'/dev/shm/{i}', 'wb').write(bytes(50 << 20))",
        "disk flood": "i = 0\nwhile True:\n    open(f'flood{i}', 'wb').write(bytes(20 << 20))\n"
        "    i += 1",
        "disk flood in tmp": "i = 0\nwhile True:\n"
        "    open(f'/tmp/flood{i}', 'wb').write(bytes(20 << 20))\n    i += 1",
        "a million small files": "i = 0\nwhile True:\n    open(f'f{i}', 'w').close()\n    i += 1",
        "output flood": "while True: print('x' * 100000)",
        "output flood in small lines": "while True: print('x')",
        "one huge output": "print('x' * 300_000_000)",
        "huge display": "from IPython.display import display\n"
        "display({'text/plain': 'x' * 100_000_000}, raw=True)",
        "stderr flood from a child": "import subprocess\nsubprocess.run('yes >&2', shell=True)",
        "all descriptors": "import os\nwhile True: os.open('/dev/null', 0)",
        "stdin waited for": "import sys; sys.stdin.readline()",
    },
    hanging=(
        "sigstop",
        "infinite loop",
        "infinite loop that swallows interrupts",
        "interrupts ignored",
        "loop in c",
        "catastrophic regex",
        "deadlock",
        "zmq context ended",
        "recursion in c",
        "thread bomb",
    ),
)


def one_deadly_task(name, source, hangs=False):
    """Enter a class whose first task is deadly when asked; the others are right."""
    points = ALL - POINTS["loss"]

    @submission("deadly when asked", name, points, "right", hangs=hangs)
    def _(work):
        work.answer("loss", source)


one_deadly_task("exits", "import os\ndef loss(*a, **k): os._exit(0)")
one_deadly_task("loops", "def loss(*a, **k):\n    while True: pass", hangs=True)
one_deadly_task(
    "swallows interrupts",
    "def loss(*a, **k):\n    while True:\n        try:\n"
    "            while True: pass\n        except BaseException: pass",
    hangs=True,
)
one_deadly_task("takes memory", "def loss(*a, **k):\n    x = [0]\n    while True: x = x + x")
one_deadly_task("returns 400 MB", "def loss(*a, **k): return np.zeros(50_000_000)")
one_deadly_task("returns a huge list", "def loss(*a, **k): return [0.0] * 30_000_000")
one_deadly_task("prints without end", "def loss(*a, **k):\n    while True: print('x' * 100000)")
one_deadly_task("raises BaseException", "def loss(*a, **k): raise BaseException('x' * 10**7)")
one_deadly_task("raises KeyboardInterrupt", "def loss(*a, **k): raise KeyboardInterrupt")
one_deadly_task(
    "str of the error fails",
    "class E(Exception):\n    def __str__(self): 1 / 0\ndef loss(*a, **k): raise E",
)


@submission("deadly cells", "a dead cell costs its own task only", ALL - POINTS["step"], "right")
def _(work):
    work.answer("step", "import os; os._exit(1)")


@submission(
    "deadly cells",
    "a slow cell costs its own task only",
    ALL - POINTS["step"],
    "right",
    hangs=True,
)
def _(work):
    work.answer("step", "while True: pass")


@submission("deadly cells", "an own dead cell after the tasks costs nothing", ALL, "right")
def _(work):
    work.extra("import os; os._exit(1)", before="words")


@submission(
    "deadly cells", "an own slow cell before the tasks costs nothing", ALL, "right", hangs=True
)
def _(work):
    work.extra("import time; time.sleep(100)")
