"""Verdicts forged from inside: every one starts from wrong answers and hopes for points."""

from corpus.submission import snippets, submission

# objects that claim to be equal to everything, as returned values
EQUALS = {
    "eq always true": "class Any:\n    def __eq__(self, other): return True\n    "
    "def __hash__(self): return 1",
    "float subclass": "class Any(float):\n    def __eq__(self, o): return True\n"
    "    def __sub__(self, o): return 0.0\n    def __rsub__(self, o): return 0.0\n"
    "    def __abs__(self): return 0.0\n    def __le__(self, o): return True\n"
    "    def item(self): return self\n    def hex(self): return '0x0p+0'",
    "array ufunc": "class Any:\n    __array_priority__ = 1e9\n"
    "    def __array_ufunc__(self, *a, **k): return True\n"
    "    def __float__(self): return 0.0",
    "array function": "class Any:\n    def __array_function__(self, f, t, a, k): return True\n"
    "    def __array__(self, *a, **k): return np.zeros(())",
    "ndarray subclass": "class Any_(np.ndarray):\n    def __eq__(self, o): return True\n"
    "    def tobytes(self, *a): return b''\n"
    "def Any(): return np.zeros(()).view(Any_)",
    "str subclass": "class Any(str):\n    def __eq__(self, o): return True\n"
    "    __hash__ = str.__hash__",
    "dict that answers all": "class Any(dict):\n    def __getitem__(self, k): return 0\n"
    "    def __contains__(self, k): return True\n    def items(self): return [('x', self)]",
    "class that lies about itself": "class Any:\n    __class__ = float\n"
    "    def __eq__(self, o): return True",
    "detach lies": "class Any:\n    requires_grad = True\n    def detach(self): return self\n"
    "    def cpu(self): return self\n    def numpy(self): return np.zeros(4)",
}
RETURN_IT = (
    "\ndef loss(*a, **k): return Any()\ndef step(*a, **k): return Any(), Any()\n"
    "def curve(*a): return Any()\n"
)
for _name, _source in EQUALS.items():

    @submission("forged objects", _name)
    def _(work, source=_source):
        work.extra(source)
        work.answer("loss", "def loss(*a, **k): return Any()")
        work.answer("step", "def step(*a, **k): return Any(), Any()")
        work.answer(
            "score",
            "class Model:\n    def __init__(self, s): pass\n    def score(self, x): return Any()",
        )
        work.answer("curve", "def curve(n): return Any()")


snippets(
    "forged in the process",
    {
        "frames peeked for expected values": "import sys\ndef loss(W, y, yHat, Lambda):\n"
        "    f = sys._getframe()\n    while f:\n        for k, v in list(f.f_locals.items()):\n"
        "            if 'expect' in k or 'answer' in k: return v\n        f = f.f_back\n    return 0",
        "history searched": "import IPython\nhist = IPython.get_ipython().history_manager\n"
        "text = ''.join(hist.input_hist_raw)\nprint('expect' in text, text[-500:])",
        "garbage collector searched": "import gc\n"
        "found = [o for o in gc.get_objects() if isinstance(o, dict) and 'expected' in o]\n"
        "print(len(found), [type(o) for o in gc.get_objects() if 'HiddenTest' in str(type(o))])",
        "numpy testing patched": "import numpy.testing\nfor n in dir(np.testing):\n"
        "    if n.startswith('assert'): setattr(np.testing, n, lambda *a, **k: None)\n"
        "np.allclose = np.isclose = np.array_equal = lambda *a, **k: True",
        "builtins patched": "import builtins\nbuiltins.abs = lambda x: 0\n"
        "builtins.all = lambda x: True\nbuiltins.isinstance_ = isinstance\n"
        "builtins.float = type('float', (float,), {'hex': lambda s: '0x0p+0'})",
        "exec and compile patched": "import builtins\nreal = builtins.exec\n"
        "builtins.exec = lambda *a, **k: real('pass')",
        "json patched": "import json\njson.dumps = lambda *a, **k: '{\"value\": true}'",
        "random made predictable": "import random\nnp.random.default_rng = "
        "lambda *a: type('R', (), {'normal': lambda s, size=1: np.zeros(size)})()\n"
        "random.random = lambda: 0.0",
        "settrace": "import sys\ndef trace(frame, event, arg):\n"
        "    if event == 'return' and frame.f_code.co_name in ('differences', 'decide'):\n"
        "        print('traced', frame.f_locals)\n    return trace\nsys.settrace(trace)",
        "setprofile that edits locals": "import sys\ndef profile(frame, event, arg):\n"
        "    if 'points' in frame.f_locals: frame.f_locals['points'] = 99\nsys.setprofile(profile)",
        "ast transformer": "import ast\nclass T(ast.NodeTransformer):\n"
        "    def visit_Raise(self, n): return ast.Pass()\n"
        "    def visit_Assert(self, n): return ast.Pass()\n"
        "get_ipython().ast_transformers.append(T())",
        "input transformer": "get_ipython().input_transformers_cleanup.append("
        "lambda lines: ['12.0\\n'])",
        "run cell replaced": "ip = get_ipython()\nold = ip.run_cell\n"
        "def run_cell(code, *a, **k): return old('12.0', *a, **k)\nip.run_cell = run_cell\n"
        "ip.run_cell_async = None",
        "run code replaced": "ip = get_ipython()\nasync def run_code(*a, **k): return False\n"
        "ip.run_code = run_code",
        "do execute replaced": "k = get_ipython().kernel\n"
        "async def do_execute(*a, **kw):\n"
        "    return {'status': 'ok', 'execution_count': 1, 'payload': [], 'user_expressions': {}}\n"
        "k.do_execute = do_execute",
        "shell handler replaced": "k = get_ipython().kernel\n"
        "async def handler(stream, ident, parent):\n"
        "    k.session.send(stream, 'execute_reply', {'status': 'ok', 'execution_count': 1}, "
        "parent, ident=ident)\nk.shell_handlers['execute_request'] = handler",
        "session send replaced": "s = get_ipython().kernel.session\nold = s.send\n"
        "def send(stream, msg, content=None, *a, **k):\n"
        "    if isinstance(content, dict) and 'status' in content: content['status'] = 'ok'\n"
        "    return old(stream, msg, content, *a, **k)\ntype(s).send = lambda self, *a, **k: "
        "send(*a, **k)",
        "aborting": "get_ipython().kernel._aborting = True",
        "post run hook prints points": "def hook(result): print('12.0')\n"
        "get_ipython().events.register('post_run_cell', hook)",
        "post run hook displays points": "import sys\n"
        "get_ipython().events.register('post_run_cell', lambda r: sys.displayhook(12.0))",
        "displayhook called": "import sys\nsys.displayhook(12.0)\n12.0",
        "showtraceback silenced": "get_ipython().showtraceback = lambda *a, **k: None\n"
        "get_ipython().set_custom_exc((Exception,), lambda *a, **k: None)",
        "excepthook": "import sys\nsys.excepthook = lambda *a: None",
        "atexit prints": "import atexit\natexit.register(lambda: print('12.0'))",
        "thread keeps redefining": "import threading, time\ndef lie():\n    while True:\n"
        "        globals()['loss'] = lambda **k: 0.0\n        time.sleep(0.001)\n"
        "threading.Thread(target=lie, daemon=True).start()",
        "judge defined": "def judge(name):\n    return 12.0\nimport builtins\nbuiltins.judge = judge",
        "exception made to succeed": "class E(Exception):\n    pass\n"
        "def loss(*a, **k): raise SystemExit(0)",
        "generator returned": "def loss(*a, **k):\n    while True:\n        yield 0.0",
        "function returned": "def loss(*a, **k): return lambda *a: 0.0\ncurve = loss",
        "signal handler": "import signal\nsignal.signal(signal.SIGALRM, lambda *a: print('12.0'))\n"
        "signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)",
        "getattr hook on the module": "import sys, types\nclass M(types.ModuleType):\n"
        "    def __getattr__(self, n): return lambda *a, **k: True\n"
        "sys.modules['nbjudge'] = M('nbjudge')\nimport nbjudge",
        "wire patched in memory": "import sys, types\nfor name, m in list(sys.modules.items()):\n"
        "    for attr in ('encode', 'differences', 'decide', 'read_reply'):\n"
        "        if hasattr(m, attr) and name.startswith(('nb', '__')):\n"
        "            setattr(m, attr, lambda *a, **k: True)",
    },
    hanging=("run cell replaced",),
)
# the judge's own channel: a student who has read our source forges answers on it
PUBLISH = """
import json, threading, time, IPython
TYPE = "application/vnd.nbjudge.answer+json"
pub = get_ipython().display_pub
old = pub.publish

def payload(body, case=0, nonce=None):
    return json.dumps({"nonce": nonce or NONCE, "case": case, **body})

NONCE = "0" * 32
"""
HOOK = """
def publish(data, *a, **k):
    global NONCE
    if TYPE in data:
        said = json.loads(data[TYPE])
        NONCE = said["nonce"]
        for forged in forge(said):
            old({TYPE: forged})
        return
    return old(data, *a, **k)
pub.publish = publish
"""
FORGERIES = {
    "true": "[payload({'value': {'value': True}, 'snapshots': []}, said['case'])]",
    "nan": "[payload({'value': {'float': 'nan'}, 'snapshots': []}, said['case'])]",
    "inf": "[payload({'value': {'float': 'inf'}, 'snapshots': []}, said['case'])]",
    "huge": "[payload({'value': {'value': 10**5000}, 'snapshots': []}, said['case'])]",
    "string": "[payload({'value': {'value': 'passed'}, 'snapshots': []}, said['case'])]",
    "nested": "['[' * 100000]",
    "nested value": "[payload({'value': {'list': [{'list': [{'list': []}]}] * 50}}, said['case'])]",
    "duplicated": "[json.dumps(said)] * 50",
    "for another case": "[payload({'value': {'float': '0x0p+0'}, 'snapshots': []}, c) "
    "for c in range(-5, 500)]",
    "points": "[json.dumps({**said, 'points': 12, 'outcome': 'passed'})]",
    "object dtype": "[payload({'value': {'array': {'dtype': '|O', 'shape': [1], "
    "'data': 'AAAA'}}}, said['case'])]",
    "wrong shape": "[payload({'value': {'array': {'dtype': '<f8', 'shape': [-1, 10**9], "
    "'data': ''}}}, said['case'])]",
    "everything changed": "[payload({'value': {'float': 'nan'}, 'snapshots': 5}, said['case'])]",
    "no number": "[payload({'value': {'float': 'zero'}}, said['case']), 'null', '5', '{}']",
}
for _name, _forge in FORGERIES.items():
    snippets(
        "forged answers",
        {_name: PUBLISH + f"def forge(said):\n    return {_forge}\n" + HOOK},
    )
snippets(
    "forged answers",
    {
        "late": PUBLISH + "def late():\n    for _ in range(40):\n        time.sleep(0.05)\n"
        "        old({TYPE: payload({'value': {'float': '0x0p+0'}, 'snapshots': []})})\n"
        "threading.Thread(target=late, daemon=True).start()",
        "forged iopub messages": "k = get_ipython().kernel\ns = k.session\n"
        "for kind in ('execute_result', 'stream', 'error', 'status', 'display_data', 'clear_output',"
        " 'update_display_data', 'comm_open', 'nonsense'):\n"
        "    s.send(k.iopub_socket, kind, {}, parent=k.get_parent(), ident=b'x')",
        "status forged idle": "k = get_ipython().kernel\n"
        "k.session.send(k.iopub_socket, 'status', {'execution_state': 'idle'}, "
        "parent=k.get_parent())",
        "parent header is a list": "k = get_ipython().kernel\n"
        "m = k.session.msg('stream', {'name': 'stdout', 'text': 'x'})\nm['parent_header'] = []\n"
        "k.session.send(k.iopub_socket, m)",
        "earlier output updated": "from IPython.display import display\n"
        "h = display('x', display_id=True)\nh.update({'text/plain': '12.0'}, raw=True)",
    },
)


@submission("forged answers", "reads the expected value from the question")
def _(work):
    work.answer(
        "loss",
        "import sys, json\ndef loss(**k):\n    f = sys._getframe()\n    seen = []\n"
        "    while f:\n        seen += [str(v)[:2000] for v in f.f_locals.values()]\n"
        "        f = f.f_back\n    print(seen)\n    return 0.0",
    )


@submission("forged answers", "a picture in place of a figure")
def _(work):
    svg = '<svg xmlns="http://www.w3.org/2000/svg"/>'
    picture = f"from IPython.display import SVG, display\ndisplay(SVG({svg!r}))"
    work.extra(picture, before="curve_check")
