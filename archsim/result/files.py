"""Whole files or none: write beside the target, then rename."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from archsim.errors import InputError
from archsim.paths import is_file, is_folder, path_exists


def check_target(path: str | Path) -> Path:
    """Return the path if a file can be written there, as far as can be told without writing.

    Raises:
        InputError: The folder does not exist or is not writable, or the target is a folder, a
            pipe or a device, which the finished file would replace.
    """
    target = Path(path)
    shown, folder = repr(str(target)), repr(str(target.parent))
    if is_folder(target):
        raise InputError(f"cannot write {shown}: it is a folder")
    if path_exists(target) and not is_file(target):
        raise InputError(f"cannot write {shown}: it is no regular file")
    if not is_folder(target.parent):
        raise InputError(f"cannot write {shown}: the folder {folder} does not exist")
    if not os.access(target.parent, os.W_OK | os.X_OK):
        raise InputError(f"cannot write {shown}: the folder {folder} is not writable")
    return target


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
    target = check_target(path)
    data = content.encode("utf-8") if isinstance(content, str) else content
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
