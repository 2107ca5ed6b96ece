"""Odd but honest: every one of these deserves all points."""

from corpus.course import ALL, RIGHT
from corpus.submission import honest, submission

honest(
    "honest",
    {
        "warnings": "import warnings\nwarnings.warn('careful')\nnp.zeros(1) / 0",
        "progress bar on stderr": "import sys, time\nfor k in range(100):\n"
        "    print(f'\\r{k}%|###', end='', file=sys.stderr, flush=True)",
        "logging": "import logging\nlogging.basicConfig(level=0)\nlogging.error('hello')",
        "5000 printed lines": "for k in range(5000):\n    print('epoch', k)",
        "capture": "%%capture out\nprint('hidden')",
        "timeit": "%timeit -n 5 -r 2 np.zeros(3).sum()",
        "time magic": "%%time\nnp.zeros(3)",
        "shell": "!ls\nfiles = !ls\nprint(files)",
        "shell that fails": "!no-such-program",
        "pip install": "!pip install --quiet --retries 0 no-such-package-at-all",
        "matplotlib inline": "%matplotlib inline",
        "autoreload": "%load_ext autoreload\n%autoreload 2",
        "own variables named like the test's": "expected = answer = cases = result = points = 5\n"
        "judge = verdict = namespace = seed = nonce = decode = encode = run = shell = 'mine'",
        "builtins as variables": "sum = max = min = abs = list = dict = str = 0\ninput = print",
        "seeds": "np.random.seed(0)\nimport random\nrandom.seed(0)\ntorch.manual_seed(0)",
        "input": "name = input('Your name? ')",
        "float input": "try:\n    lr = float(input('lr? '))\nexcept ValueError:\n    lr = 0.1",
        "getpass": "import getpass\ngetpass.getpass()",
        "widgets": "from IPython.display import display, HTML, clear_output\n"
        "display(HTML('<b>x</b>'))\nclear_output()",
        "display updated": "from IPython.display import display\nh = display(1, display_id=True)\n"
        "for k in range(20):\n    h.update(k)",
        "exit at the end of a thread": "import threading\n"
        "threading.Thread(target=lambda: 1 / 0).start()",
        "multiprocessing": "import subprocess, sys\n"
        "print(subprocess.run([sys.executable, '-c', 'print(1)'], capture_output=True).stdout)",
        "asyncio": "import asyncio\nawait asyncio.sleep(0.01)",
        "an error in a cell of their own": "1 / 0",
        "raises in the middle": "x = 1\nraise ValueError('I gave up here')",
        "many figures": "for k in range(30):\n    plt.figure(); plt.plot([k])\nplt.show()",
        "savefig and files written": "plt.plot([1]); plt.savefig('figure.png')\n"
        "open('notes.txt', 'w').write('x')\nnp.save('w.npy', np.zeros(3))",
        "pandas option": "import pandas as pd\npd.DataFrame({'a': [1]})",
        "type hints and future": "from __future__ import annotations\n"
        "def helper(x: float | None) -> 'y': return x",
        "unicode names": "λ = 0.1\nŷ = np.zeros(3)",
        "float64 default in torch": "torch.set_default_dtype(torch.float64)",
        "numpy errors raised": "np.seterr(all='raise')",
        "print options": "np.set_printoptions(precision=2)",
        "torch threads": "torch.set_num_threads(2)",
        "recursion limit": "import sys\nsys.setrecursionlimit(5000)",
        "changes the folder": "import os\nos.makedirs('sub', exist_ok=True)\nos.chdir('sub')",
        "environment": "import os\nos.environ['OMP_NUM_THREADS'] = '2'",
        "garbage collection": "import gc\ngc.collect()\ngc.disable()",
        "del of names": "tmp = 5\ndel tmp",
        "reset of the namespace": "%reset_selective -f nothing",
        "who": "%who\n%lsmagic",
        "help": "np.sum?\nhelp(len)",
        "last expression": "'loss is there'",
        "exit and quit": "exit()\nquit()",
        "semicolons and tabs": "x = 1;\nif x:\n\ty = 2",
    },
)
VARIANTS = {
    "shape (1,) loss": {
        "loss": "def loss(W, y, yHat, Lambda):\n    return np.array([0.5 * np.sum((y - yHat) ** 2) "
        "+ Lambda * np.sum(np.abs(W))])"
    },
    "0-d loss": {"loss": RIGHT["loss"].replace("return ", "return np.asarray(") + ")"},
    "float32": {
        "loss": "def loss(W, y, yHat, Lambda):\n    W, y, yHat = (np.float32(a) for a in "
        "(W, y, yHat))\n    return np.float32(0.5) * np.sum((y - yHat) ** 2) + "
        "np.float32(Lambda) * np.sum(np.abs(W))",
        "step": "def step(w, v, grad, lr, mu):\n    v = np.float32(mu * v - lr * grad)\n"
        "    return np.float32(w + v), v",
    },
    "loops": {
        "loss": "def loss(W, y, yHat, Lambda):\n    total = 0\n    for a, b in zip(y, yHat):\n"
        "        total += 0.5 * (a - b) ** 2\n    for row in W:\n        for w in row:\n"
        "            total += Lambda * abs(w)\n    return total"
    },
    "a helper in an extra cell": {
        "loss": "def loss(W, y, yHat, Lambda):\n    return data_term(y, yHat) + penalty(W, Lambda)"
    },
    "lambda functions": {
        "curve": "curve = lambda n: [k * k for k in range(n)]\nplt.plot(curve(3))"
    },
    "a list for a tuple": {
        "step": "def step(w, v, grad, lr, mu):\n    v = mu * v - lr * grad\n    return [w + v, v]"
    },
    "prints inside": {
        "loss": RIGHT["loss"].replace("    return", "    print('loss!')\n    return")
    },
    "warns inside": {
        "loss": "import warnings\n"
        + RIGHT["loss"].replace("    return", "    warnings.warn('hm')\n    return")
    },
    "seeds inside": {
        "loss": RIGHT["loss"].replace(
            "    return", "    np.random.seed(0); torch.manual_seed(0)\n    return"
        )
    },
    "input inside": {"loss": RIGHT["loss"].replace("    return", "    input()\n    return")},
    "decorated": {
        "loss": "import functools\n@functools.lru_cache\ndef half():\n    return 0.5\n\n\n"
        + RIGHT["loss"].replace("0.5", "half()")
    },
    "numpy integers": {
        "curve": "def curve(n):\n    return [np.int64(k) ** 2 for k in range(n)]\n"
        "plt.plot(curve(3))"
    },
    "imports in the solution": {
        "loss": "import numpy as np\nfrom math import fsum\n" + RIGHT["loss"]
    },
    "subprocess in the solution": {
        "loss": "import subprocess\nsubprocess.run(['ls'])\n" + RIGHT["loss"]
    },
    "slow but in time": {
        "loss": "import time\n"
        + RIGHT["loss"].replace("    return", "    time.sleep(0.3)\n    return")
    },
}
for _name, _answers in VARIANTS.items():

    @submission("honest", _name, ALL, "right")
    def _(work, answers=_answers):
        work.answers(answers)
        if "data_term" in answers.get("loss", ""):
            work.extra(
                "def data_term(y, yHat):\n    return 0.5 * np.sum((y - yHat) ** 2)\n\n\n"
                "def penalty(W, Lambda):\n    return Lambda * np.abs(W).sum()"
            )
