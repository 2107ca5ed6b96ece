"""Carrying the teacher's solution out: where a wrong task is replaced, the next one looks at it.

`step` needs `loss` in the corpus course. So with a wrong loss, the student's step runs once more
beside the teacher's loss, whose text holds a canary: these find it there and try every way out.
"""

from corpus.course import ALL, POINTS, RIGHT
from corpus.submission import submission

FIND = """
def find():
    import gc, inspect
    found = [str(text) for text in get_ipython().user_ns.get("In", [])]
    found += [str(text) for text in get_ipython().history_manager.input_hist_raw]
    found += [o for o in gc.get_objects() if isinstance(o, str) and "canary" in o][:5]
    try:
        found.append(inspect.getsource(loss))
    except Exception:
        pass
    found += [str(loss.__code__.co_consts), str(loss.__code__.co_code)]
    return "found " + " ".join(found)[-8000:]
"""
WAYS = {
    "returned": "def step(w, v, grad, lr, mu):\n    return find()",
    "returned in a list": "def step(w, v, grad, lr, mu):\n    return [w, find()]",
    "returned as numbers": "def step(w, v, grad, lr, mu):\n"
    "    return [np.array([float(ord(c)) for c in find()]), v]",
    "raised": "def step(w, v, grad, lr, mu):\n    raise RuntimeError(find())",
    "the error's own name": "def step(w, v, grad, lr, mu):\n"
    "    raise type(find()[-400:], (Exception,), {})()",
    "a missing name": "def step(w, v, grad, lr, mu):\n"
    "    raise NameError(find()[-90:], name=find()[-90:])",
    "printed": "print(find())\ndef step(w, v, grad, lr, mu):\n    print(find())\n    return w, v",
    "on stderr": "import sys\nprint(find(), file=sys.stderr)\n"
    "def step(w, v, grad, lr, mu):\n    return w, v",
    "raised while the cell runs": "raise RuntimeError(find())",
    "shown": "from IPython.display import display, HTML\ndisplay(HTML(find()), find())\n"
    "def step(w, v, grad, lr, mu):\n    display(find())\n    return w, v",
    "drawn": "plt.figure(); plt.title(find()[-80:]); plt.show()\n"
    "def step(w, v, grad, lr, mu):\n    return w, v",
    "written to files": "import os\nfor folder in ('.', '/tmp', '~', '<course>', '/dev/shm'):\n"
    "    try: open(os.path.expanduser(folder) + '/step.txt', 'w').write(find())\n"
    "    except OSError: pass\ndef step(w, v, grad, lr, mu):\n    return w, v",
    "told to a server": "import socket\ntry:\n    s = socket.create_connection(('127.0.0.1', <tcp>), 1)\n"
    "    s.send(find().encode())\nexcept OSError: pass\n"
    "def step(w, v, grad, lr, mu):\n    return w, v",
    "the loss as the step": "step = loss",
    "the loss called for the step": "def step(*arguments):\n    return loss(*arguments[:4])",
}


EARNED = {"drawn": POINTS["curve"] / 2}  # a later task asks for a figure, and here is one


def _enter(name, source):
    @submission("carried over", name, EARNED.get(name, 0), "wrong")
    def _(work):
        work.answer("step", work.fill(FIND + source))


for _name, _source in WAYS.items():
    _enter(_name, _source)


@submission("carried over", "a right step beside a wrong loss", POINTS["step"], "wrong")
def _(work):
    uses = RIGHT["step"].replace("    v =", "    assert loss(w, w, w, 0.0) == 0\n    v =", 1)
    work.answer("step", uses)


@submission("carried over", "all but the loss is right", ALL - POINTS["loss"], "right")
def _(work):
    work.answer("loss", "def loss(W, y, yHat, Lambda):\n    raise ValueError('not today')")
    work.answer("step", RIGHT["step"] + "\n\n\nstep.loss = loss(np.ones(2), 1.0, 1.0, 0.1)")
