"""The half of the judge that runs inside a student's kernel: it asks, and decides nothing.

The source of this file is sent into the kernel after that of `wire.py`, into a namespace of its
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

try:  # sent as source, the names of wire.py are already here
    decode, encode, fits  # noqa: B018
except NameError:
    from nbjudge.protocol.codec import decode, encode, fits

ANSWER_TYPE = "application/vnd.nbjudge.answer+json"


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
                "other": f"an answer of {len(payload):,} characters, more than the judge takes"
            }
            payload = json.dumps({"nonce": nonce, "case": number, "value": value, "changed": []})
        shell.display_pub.publish({ANSWER_TYPE: payload})


def ask_once(user_ns, sources, ask_name, arguments):
    """Call the student's code with one case's arguments; return what it gave, as plain data."""
    import builtins

    # A student's `list = [...]` or `sum = 0` must not break the asking function itself, which
    # needs nothing of theirs but the names that the task defines.
    namespace = {k: v for k, v in user_ns.items() if not hasattr(builtins, k)}
    for source in sources:
        exec(compiled(source), namespace)
    given = decode(arguments, make_tensor)
    changed = []
    namespace["unchanged"] = functools.partial(unchanged, changed)
    namespace["ends_within"] = ends_within
    before = {name: digest(value) for name, value in given.items()}
    try:
        value = namespace[ask_name](**given)
    except (Exception, SystemExit) as error:
        return {"error": describe_error(error)}
    changed += [name for name, value_ in given.items() if digest(value_) != before[name]]
    return {"value": encode(value), "changed": list(dict.fromkeys(changed))}


@functools.cache  # each case needs it
def compiled(source):
    """Return the code of an asking function or a helper of it."""
    return compile(source, "<hidden test>", "exec", dont_inherit=True)


def digest(value):
    """Return a fingerprint of a value, to notice that it was changed in place."""
    return hashlib.sha256(json.dumps(encode(value)).encode()).hexdigest()


@contextlib.contextmanager
def unchanged(changed, attributes=None, **things):
    """Notice what of some objects changes while a block runs; asking functions call it.

    ``with unchanged(self=network): network.loss(yHat, y)`` adds ``self.W1`` to `changed` when that
    attribute holds other numbers after the block, in the same array or in a new one. With
    ``attributes=("W1", "W2")`` no other attributes are looked at: what a student keeps in
    ``self.yHat`` for later is theirs.
    """
    before = [parts(name, thing, attributes) for name, thing in things.items()]
    yield
    for (name, thing), was in zip(things.items(), before):
        now = parts(name, thing, attributes)
        changed += [part for part in was if now.get(part) != was[part]]


@contextlib.contextmanager
def ends_within(seconds):
    """End a block that takes longer, or that ends the program; asking functions call it.

    ``with ends_within(2): losses = …`` is for what is asked beside the task itself and must not
    cost it. Whatever the block raises ends it, and goes no further.
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


def parts(name, thing, attributes=None):
    """Return what can change of a value or an object: names of its parts, with fingerprints.

    Of a torch module these are its parameters, their gradients, its buffers and modes. Attributes
    that a block adds are not looked for: they harm nobody. With `attributes`, of an object's own
    ones these alone are looked at.
    """

    def own(usual):
        if attributes is not None:
            usual = {key: getattr(thing, key) for key in attributes if hasattr(thing, key)}
        return {f"{name}.{key}": digest(value) for key, value in usual.items()}

    if hasattr(thing, "named_parameters"):
        found = {}
        for inner, parameter in thing.named_parameters():
            found[f"{name}.{inner}"] = digest(parameter)
            found[f"the gradient of {name}.{inner}"] = digest(parameter.grad)
        found |= {f"{name}.{inner}": digest(buffer) for inner, buffer in thing.named_buffers()}
        modes = [module.training for module in thing.modules()]
        found[f"the mode of {name} (train or eval)"] = digest(modes)
        kept = {key: v for key, v in vars(thing).items() if key[0] != "_" and key != "training"}
        return found | own(kept)
    if hasattr(thing, "requires_grad"):
        kept = thing.is_leaf or thing.retains_grad  # of others, torch warns that there is none
        gradient = thing.grad if kept else None
        return {name: digest(thing), f"the gradient of {name}": digest(gradient)}
    if hasattr(thing, "__dict__") and not hasattr(thing, "shape"):
        return own(vars(thing))
    return {name: digest(thing)}


def make_tensor(array, requires_grad):
    """Return a torch tensor that owns its numbers."""
    import torch

    return torch.tensor(array, requires_grad=requires_grad, device="cpu")  # whatever the default is


def describe_error(error):
    """Return type, message and, where it happened in a cell of the student, the line."""
    frame, line, asked = error.__traceback__, "", True
    while frame is not None:
        name = frame.tb_frame.f_code.co_filename
        if "ipykernel_" in name or name.startswith("<ipython-input"):
            line = linecache.getline(name, frame.tb_lineno).strip()
        asked = name == "<hidden test>"
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
