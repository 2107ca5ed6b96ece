"""Whether an output's image is what it says it is: a figure of a sane size, nothing else."""

from __future__ import annotations

import base64
import binascii
import io
import warnings

from PIL import Image

FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG"}
# A header that goes on after this is none. Pillow joins the parts of one that is cut into many
# in a time that grows with their square.
_HEADER_BYTES = 1 << 20
_MAGIC = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}


def inert_image(encoded: object, mime_type: str, most_bytes: int, most_pixels: int) -> str | None:
    """Return the image as base64 without line ends, or None if it cannot be shown.

    Only the header is read, never the picture: a small file can claim terabytes of pixels.

    Args:
        encoded: what the kernel sent, base64 text if it is honest.
        mime_type: one of `FORMATS`.
        most_bytes: size of the decoded file.
        most_pixels: width times height; no side may be longer than 20,000.
    """
    if not isinstance(encoded, str) or len(encoded) > 2 * most_bytes:
        return None
    try:
        data = base64.b64decode("".join(encoded.split()).encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return None
    if len(data) > most_bytes or not data.startswith(_MAGIC[mime_type]):
        return None
    size = _size(data, FORMATS[mime_type])
    if size is None or max(size) > 20_000 or size[0] * size[1] > most_pixels:
        return None
    return base64.b64encode(data).decode("ascii")


def _size(data: bytes, kind: str) -> tuple[int, int] | None:
    """Return width and height in pixels from the header; None if there is no sound header."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a header that is odd in another way
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(data[:_HEADER_BYTES]), formats=[kind]) as image:
                return image.size
        # a header is of a stranger's making: whatever Pillow stumbles over, it is no figure
        except Exception:
            return None
