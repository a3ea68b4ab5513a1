"""Whole files or none: write beside the target, then rename."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from archsim.errors import InputError


def write_atomically(path: str | Path, content: str | bytes) -> Path:
    """Write a file so that no reader ever sees half of it.

    Text is written as UTF-8 with line feeds on every platform.

    Args:
        path: Target; its folder must exist.
        content: Whole content.

    Returns:
        The path written.

    Raises:
        InputError: The folder does not exist, the target is a folder, or it cannot be written.
    """
    target = Path(path)
    data = content.encode("utf-8") if isinstance(content, str) else content
    if target.is_dir():
        raise InputError(f"cannot write {str(target)!r}: it is a folder")
    if not target.parent.is_dir():
        raise InputError(
            f"cannot write {str(target)!r}: the folder {str(target.parent)!r} does not exist"
        )
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    except OSError as error:
        raise InputError(f"cannot write {str(target)!r}: {error.strerror}") from error
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        # mkstemp makes files private; a result is as readable as any other new file.
        umask = os.umask(0)
        os.umask(umask)
        Path(temporary).chmod(0o666 & ~umask)
        Path(temporary).replace(target)
    except BaseException as error:
        Path(temporary).unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise InputError(f"cannot write {str(target)!r}: {error.strerror}") from error
        raise
    return target
