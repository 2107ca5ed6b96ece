"""The wire format: plain data as JSON, spoken between the grader and a student's kernel.

This file is used on both sides: the grader imports it, and its source is sent into the student's
kernel. So it imports only the standard library and NumPy, and it trusts nothing it decodes: no
pickle, no object arrays, no evaluation, bounded depth and size.

A value travels as a dictionary of one key that names its kind:

=========  =======================================================================
``value``  None, a bool, an int or a str
``float``  a float, as ``float.hex`` writes it, or ``nan``, ``inf``, ``-inf``
``list``   a list or a tuple of encoded values
``dict``   pairs of a str and an encoded value
``array``  a NumPy array: dtype, shape and base64 of its bytes in C order
``tensor`` a torch tensor: the same, and whether it requires a gradient
``opaque`` anything else: only a description of it, such as ``a NeuralNetwork object``
=========  =======================================================================
"""

import base64
import math
from dataclasses import dataclass

import numpy as np

MAX_BYTES = 8_000_000  # of one array
MAX_ITEMS = 100_000  # of one list or dictionary, and characters of one text
MAX_DEPTH = 8
MAX_DIGITS = 300  # of an integer; more is no number a course needs
MAX_PAYLOAD = 16_000_000  # characters of one answer: the largest array as base64, and more
MAX_BRACKETS = 500_000  # of one answer: what is read makes some 200 bytes of each


class WireError(ValueError):
    """What arrived is not a value of the wire format."""


@dataclass(frozen=True)
class Tensor:
    """What the grader sees of a torch tensor: its numbers and whether it carries a gradient."""

    array: np.ndarray
    requires_grad: bool = False


@dataclass(frozen=True)
class Opaque:
    """A value that is not plain data; only its description travels."""

    description: str


def encode(value, depth=0):
    """Return `value` as a JSON-ready dictionary of the wire format; never raises for odd values."""
    if depth > MAX_DEPTH:
        return {"opaque": "data nested too deeply"}
    if value is None or isinstance(value, bool):
        return {"value": value}
    if isinstance(value, (np.bool_, np.integer, np.floating)):
        value = value.item()
    if isinstance(value, str):
        return {"value": value} if len(value) <= MAX_ITEMS else {"opaque": "a very long text"}
    if isinstance(value, int):
        small = abs(value) < 10**MAX_DIGITS
        return {"value": int(value)} if small else {"opaque": "a huge integer"}
    if isinstance(value, float):
        return {"float": value.hex() if math.isfinite(value) else repr(float(value))}
    if isinstance(value, np.ndarray):
        return _encode_array(value)
    if isinstance(value, Tensor):
        return _encode_tensor(value.array, value.requires_grad)
    if hasattr(value, "detach") and hasattr(value, "requires_grad"):
        try:
            array = value.detach().cpu().numpy()
        except Exception as error:  # sparse, quantised or meta tensors, bfloat16
            return {"opaque": f"a tensor that NumPy cannot hold ({type(error).__name__})"}
        return _encode_tensor(array, bool(value.requires_grad))
    if isinstance(value, (list, tuple)) and len(value) <= MAX_ITEMS:
        return {"list": [encode(item, depth + 1) for item in value]}
    if isinstance(value, dict) and len(value) <= MAX_ITEMS:
        return {"dict": [[str(key), encode(item, depth + 1)] for key, item in value.items()]}
    return {"opaque": f"a {type(value).__name__} object"}


def fits(payload):
    """Whether an answer's JSON is small enough to be read, whoever wrote it."""
    brackets = payload.count("{") + payload.count("[")
    return len(payload) <= MAX_PAYLOAD and brackets <= MAX_BRACKETS


def _encode_array(array):
    if array.dtype.kind == "O" and array.size <= MAX_ITEMS:
        array = _numbers_of(array)
    if array.dtype.kind not in "fiub":
        return {"opaque": f"an array of dtype {array.dtype}"}
    if array.nbytes > MAX_BYTES:
        return {"opaque": f"an array of {array.nbytes} bytes, more than the judge takes"}
    # ascontiguousarray makes a 0-d array 1-d, so the shape is taken from the original
    data = base64.b64encode(np.ascontiguousarray(array).tobytes()).decode("ascii")
    return {"array": {"dtype": array.dtype.str, "shape": list(array.shape), "data": data}}


def _numbers_of(array):
    """Return an array of objects as one of floats, where all of them are numbers."""
    numbers = (int, float, np.integer, np.floating)
    if all(isinstance(item, numbers) for item in array.flat):
        try:
            return array.astype(float)
        except OverflowError:  # a huge integer
            return array
    return array


def _encode_tensor(array, requires_grad):
    encoded = _encode_array(array)
    if "opaque" in encoded:
        return encoded
    return {"tensor": {**encoded["array"], "requires_grad": requires_grad}}


def decode(wire, make_tensor=Tensor, depth=0):
    """Return the value of `wire`.

    `make_tensor(array, requires_grad)` builds tensors; the grader keeps them as `Tensor`.
    Raises `WireError` on anything that `encode` would not write.
    """
    if depth > MAX_DEPTH or not isinstance(wire, dict) or len(wire) != 1:
        raise WireError("not a value of the wire format")
    ((kind, body),) = wire.items()
    if kind == "value" and (body is None or isinstance(body, (bool, int, str))):
        return body
    if kind == "float" and isinstance(body, str) and len(body) < 40:
        return float(body) if body in ("nan", "inf", "-inf") else _float_from_hex(body)
    if kind == "list" and isinstance(body, list) and len(body) <= MAX_ITEMS:
        return [decode(item, make_tensor, depth + 1) for item in body]
    if kind == "dict" and isinstance(body, list) and len(body) <= MAX_ITEMS:
        return dict(_decode_pair(pair, make_tensor, depth) for pair in body)
    if kind == "array":
        return _decode_array(body)
    if kind == "tensor" and isinstance(body, dict):
        return make_tensor(_decode_array(body), body.get("requires_grad") is True)
    if kind == "opaque" and isinstance(body, str):
        return Opaque(body[:200])
    raise WireError(f"no value of kind {kind[:40]!r}")


def _float_from_hex(text):
    try:
        return float.fromhex(text)
    except (ValueError, OverflowError) as error:
        raise WireError("not a float") from error


def _decode_pair(pair, make_tensor, depth):
    if not (isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str)):
        raise WireError("not a pair of a name and a value")
    return pair[0], decode(pair[1], make_tensor, depth + 1)


def _decode_array(body):
    try:
        if len(body["dtype"]) > 8 or len(body["shape"]) > 32 or len(body["data"]) > 2 * MAX_BYTES:
            raise WireError("not an array of numbers")
        dtype = np.dtype(body["dtype"])
        shape = [int(length) for length in body["shape"]]
        if dtype.kind not in "fiub":
            raise WireError("not an array of numbers")
        data = base64.b64decode(body["data"], validate=True)
        return np.frombuffer(data, dtype).reshape(shape).copy()
    except WireError:
        raise
    except Exception as error:  # any malformed field: one kind of error for the caller
        raise WireError(f"not an array: {type(error).__name__}") from error
