"""Questions about paths, answered for every text that a user may write as one.

``pathlib`` raises for names that no file can have: too long ones, loops of links, NUL characters.
To whoever asks they are simply not there.
"""

from __future__ import annotations

import os
from pathlib import Path


def path_exists(path: str | Path) -> bool:
    """Say whether something is at a path; a path that cannot exist does not."""
    try:
        return Path(path).exists()
    except (OSError, ValueError):
        return False


def is_file(path: str | Path) -> bool:
    """Say whether a regular file is at a path, links followed."""
    try:
        return Path(path).is_file()
    except (OSError, ValueError):
        return False


def is_folder(path: str | Path) -> bool:
    """Say whether a folder is at a path, links followed."""
    try:
        return Path(path).is_dir()
    except (OSError, ValueError):
        return False


def resolved(path: Path) -> Path:
    """Return a path without links and dots; the rest of a loop of links is left as it is."""
    return Path(os.path.realpath(path))
