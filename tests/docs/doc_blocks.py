"""The blocks of a page of documentation: files to write, commands to run, programs to execute."""

import re
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(
    r"^```(?:\{code-block\} )?(?P<language>yaml|console|python)\n(?P<body>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)
OPTION = re.compile(r"^:(\w+): (.+)\n", re.MULTILINE)


@dataclass(frozen=True)
class Command:
    """One line after a ``$``, and the lines that its output has to hold."""

    line: str
    shows: tuple[str, ...]
    code: int


@dataclass(frozen=True)
class Block:
    """One fenced block; ``caption`` is the name of the file it is."""

    language: str
    text: str
    caption: str = ""
    code: int = 0

    @property
    def commands(self) -> list[Command]:
        found: list[Command] = []
        for part in re.split(r"^\$ ", self.text, flags=re.MULTILINE)[1:]:
            line, *shows = part.strip().splitlines()
            found.append(Command(line, tuple(text for text in shows if text.strip()), self.code))
        return found


def blocks(page: Path) -> list[Block]:
    """Return the yaml, console and python blocks of a page, in order."""
    found = []
    for fence in FENCE.finditer(page.read_text(encoding="utf-8")):
        body, options = fence["body"], {}
        while option := OPTION.match(body):
            options[option[1]] = option[2]
            body = body[option.end() :]
        code = int(options.get("class", "fails-with-0").removeprefix("fails-with-"))
        found.append(Block(fence["language"], body.lstrip("\n"), options.get("caption", ""), code))
    return found


def holds(output: str, shown: str) -> bool:
    """Say whether a line of output is as shown; ``...`` stands for anything, spaces count once."""
    words = " ".join(shown.split())
    pattern = (
        re.escape(words)
        .replace(re.escape("..."), ".*")
        .replace(r".*\ ", ".*")
        .replace(r"\ .*", ".*")
    )
    lines = (" ".join(line.split()) for line in output.splitlines())
    return any(re.fullmatch(pattern, line) for line in lines)
