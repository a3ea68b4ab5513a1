"""Writes an image as PNG: 8 bits per channel, no filter, nothing but the standard library."""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

from archsim.errors import InputError


def png_bytes(image: NDArray[np.floating]) -> bytes:
    """Return a complete PNG file.

    Args:
        image: Red, green and blue from 0 to 1 (clipped), shape (height, width, 3).

    Raises:
        InputError: The array has another shape, or holds NaN.
    """
    if image.ndim != 3 or image.shape[2] != 3 or 0 in image.shape:
        raise InputError("an image needs the shape (height, width, 3)", found=str(image.shape))
    if not np.isfinite(image).all():
        raise InputError("an image needs finite numbers")
    pixels = np.rint(np.clip(image, 0.0, 1.0) * 255.0).astype(np.uint8)
    height, width, _ = pixels.shape
    rows = np.concatenate([np.zeros((height, 1), np.uint8), pixels.reshape(height, -1)], axis=1)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + check
