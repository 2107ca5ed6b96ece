"""The half of the judge that runs inside a student's kernel: it asks, and decides nothing.

The source of this file is sent into the kernel after that of `codec.py`, into a namespace of its
own. Nothing in it is secret, and nothing that it answers is believed except as data to compare.
"""

import contextlib
import copy
import functools
import hashlib
import json
import linecache
import random
import signal
import sys

import numpy as np

try:  # sent as source, the names of codec.py are already here
    decode, encode, fits  # noqa: B018
except NameError:
    from nbjudge.protocol.codec import decode, encode, fits

ANSWER_TYPE = "application/vnd.nbjudge.answer+json"
LARGE = 10_000  # characters of one value in a snapshot; of a larger one its digest is reported
MAX_SNAPSHOTS = 200_000  # characters of all snapshots of one case; of more, digests are reported


def run(shell, sources, ask_name, cases, nonce):
    """Ask every case of one hidden test and publish one answer for each.

    `shell` is the kernel's InteractiveShell; `sources` are the texts of the asking function and
    its helpers; `cases` is a list of (seed, arguments in the wire format).
    """
    for number, (seed, arguments) in enumerate(cases):
        with fixed_random(seed):
            answer = ask_once(shell.user_ns, sources, ask_name, arguments)
        payload = json.dumps({"nonce": nonce, "case": number, **answer})
        if not fits(payload):
            value = {
                "opaque": f"an answer of {len(payload):,} characters, more than the judge takes"
            }
            payload = json.dumps({"nonce": nonce, "case": number, "value": value, "snapshots": []})
        shell.display_pub.publish({ANSWER_TYPE: payload})


def ask_once(user_ns, sources, ask_name, arguments):
    """Call the student's code with one case's arguments; return what it gave, as plain data.

    The asking function and its helpers see nothing of the student's but their first argument.

    Returns: ``value``, and ``snapshots``: [name, before, after] of each thing that was looked at
        before and after a call, the arguments last; or, of what was raised, ``error``.
    """
    student, namespace = Student(user_ns), {"__name__": "__main__"}
    for source in sources:
        exec(compiled(source), namespace)
    given = decode(arguments, make_tensor)
    before = {name: as_text(value) for name, value in given.items()}
    try:
        value = namespace[ask_name](student, **given)
    except (Exception, SystemExit) as error:
        return {"error": describe_error(error)}
    of_arguments = [[name, before[name], as_text(value_)] for name, value_ in given.items()]
    return {"value": encode(value), "snapshots": bounded(student._snapshots + of_arguments)}


@functools.cache  # each case needs it
def compiled(source):
    """Return the code of an asking function or a helper of it."""
    return compile(source, "<hidden test>", "exec", dont_inherit=True)


class Student:
    """The student's notebook as an asking function sees it: ``student.area`` is their `area`.

    A name that the notebook does not define raises NameError. ``student["area"]`` is the same as
    ``student.area``, and ``"area" in student`` says whether the notebook defines it.
    """

    def __init__(self, names):
        self._names, self._snapshots = names, []

    def __getattr__(self, name):
        return self[name]

    def __getitem__(self, name):
        if name not in self._names:
            raise NameError(f"name {name!r} is not defined", name=name)
        return self._names[name]

    def __contains__(self, name):
        return name in self._names

    @contextlib.contextmanager
    def snapshot(self, /, attributes=None, **things):
        """Report some objects as they are before and after a block, for the grader to compare.

        ``with student.snapshot(self=network): network.loss(yHat, y)`` is for code that must leave
        `network` alone: where ``network.W1`` holds other numbers after the block, in the same array
        or in a new one, the grader says that ``self.W1`` changed. With ``attributes=("W1", "W2")``
        no other attributes are looked at: what a student keeps in ``self.yHat`` for later is
        theirs. Of much data a digest is reported in place of its numbers.
        """
        before = [parts(name, thing, attributes) for name, thing in things.items()]
        yield
        for (name, thing), was in zip(things.items(), before):
            now = parts(name, thing, attributes)
            self._snapshots += [[part, was[part], now.get(part)] for part in was]

    @contextlib.contextmanager
    def time_limit(self, seconds):
        """End a block that takes longer, or that ends the program.

        ``with student.time_limit(2): losses = …`` is for what is asked beside the task itself and
        must not cost it. Whatever the block raises ends it, and goes no further.
        """

        def late(*_):
            raise TimeoutError

        timed = hasattr(signal, "SIGALRM")  # not on Windows, where a teacher may try it
        if timed:
            usual = signal.signal(signal.SIGALRM, late)
            signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            yield
        except BaseException:
            return
        finally:
            if timed:
                signal.setitimer(signal.ITIMER_REAL, 0)
                signal.signal(signal.SIGALRM, usual)


LOOKUPS = (Student.__getattr__.__code__, Student.__getitem__.__code__)


def as_text(value):
    """Return a value in the wire format, as text; of much data its digest."""
    text = json.dumps(encode(value))
    return text if len(text) <= LARGE else digest(text)


def digest(text):
    """Return a short text that differs where `text` does; None for None."""
    return text and "sha256 " + hashlib.sha256(text.encode()).hexdigest()


def bounded(snapshots):
    """Return the snapshots of one case, as digests alone if they are too much to travel."""
    if sum(len(was) + len(now or "") for _, was, now in snapshots) <= MAX_SNAPSHOTS:
        return snapshots
    return [[name, digest(was), digest(now)] for name, was, now in snapshots]


def parts(name, thing, attributes=None):
    """Return what can change of a value or an object: names of its parts, each as text.

    Of a torch module these are its parameters, their gradients, its buffers and modes. Attributes
    that a block adds are not looked for: they harm nobody. With `attributes`, of an object's own
    ones these alone are looked at.
    """

    def own(usual):
        if attributes is not None:
            usual = {key: getattr(thing, key) for key in attributes if hasattr(thing, key)}
        return {f"{name}.{key}": as_text(value) for key, value in usual.items()}

    if hasattr(thing, "named_parameters"):
        found = {}
        for inner, parameter in thing.named_parameters():
            found[f"{name}.{inner}"] = as_text(parameter)
            found[f"the gradient of {name}.{inner}"] = as_text(parameter.grad)
        found |= {f"{name}.{inner}": as_text(buffer) for inner, buffer in thing.named_buffers()}
        modes = [module.training for module in thing.modules()]
        found[f"the mode of {name} (train or eval)"] = as_text(modes)
        kept = {key: v for key, v in vars(thing).items() if key[0] != "_" and key != "training"}
        return found | own(kept)
    if hasattr(thing, "requires_grad"):
        kept = thing.is_leaf or thing.retains_grad  # of others, torch warns that there is none
        gradient = thing.grad if kept else None
        return {name: as_text(thing), f"the gradient of {name}": as_text(gradient)}
    if hasattr(thing, "__dict__") and not hasattr(thing, "shape"):
        return own(vars(thing))
    return {name: as_text(thing)}


def make_tensor(array, requires_grad):
    """Return a torch tensor that owns its numbers."""
    import torch

    return torch.tensor(array, requires_grad=requires_grad, device="cpu")  # whatever the default is


def describe_error(error):
    """Return type, message and, where it happened in a cell of the student, the line."""
    frame, line, asked = error.__traceback__, "", True
    while frame is not None:
        code = frame.tb_frame.f_code
        name = code.co_filename
        if "ipykernel_" in name or name.startswith("<ipython-input"):
            line = linecache.getline(name, frame.tb_lineno).strip()
        asked = name == "<hidden test>" or code in LOOKUPS
        frame = frame.tb_next
    return {
        "type": type(error).__name__,
        "message": str(error)[:500],
        "line": line[:200],
        # the last frame is the asking function: a name that it needs is not there
        "unknown_name": asked and isinstance(error, (NameError, AttributeError)),
        "name": str(getattr(error, "name", "") or "")[:100],
    }


def seed_torch(torch, seed):
    """Seed torch's generators: those of accelerators where there are any.

    `torch.manual_seed` writes down where it was called for each kind of accelerator that there is
    not, and reads the files of all code on the way for that.
    """
    if torch.accelerator.is_available():
        torch.manual_seed(seed)
    else:
        torch.default_generator.manual_seed(seed)


@contextlib.contextmanager
def fixed_random(seed):
    """Seed the usual random generators for one case, and give the student's states back after."""
    torch = sys.modules.get("torch")
    states = random.getstate(), copy.deepcopy(np.random.get_state())
    torch_state = torch.get_rng_state() if torch else None
    random.seed(seed)
    np.random.seed(seed % 2**32)
    if torch:
        seed_torch(torch, seed)
    try:
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])
        if torch:
            torch.set_rng_state(torch_state)
