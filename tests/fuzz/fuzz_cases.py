"""One hostile command line with its files, for each kind of input and each number."""

from __future__ import annotations

import json
import os
import random
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import fuzz_bases as bases
import fuzz_damage as damage

SECRET = "outside-the-folder-4711"  # noqa: S105  # a mark to look for, no password
BIG = 100_000_000


@dataclass(frozen=True)
class Case:
    """What a command line is given.

    Attributes:
        arguments: What follows ``archsim``.
        written: Files that the command may write.
        confined: Whether it may read nothing outside the folder. A file that the user names is
            read wherever a link leads; ``extends`` must stay in its tree.
    """

    arguments: tuple[str, ...]
    written: frozenset[str] = frozenset()
    confined: bool = True


def make_case(kind: str, number: int) -> Case:
    """Write the files of a case into the current folder; equal arguments make equal files."""
    dice = random.Random(f"{kind} {number}")  # noqa: S311  # no secret
    Path("../outside.txt").write_text(f"{SECRET}: 1\n", encoding="utf-8")
    return KINDS[kind](dice)


def _run(hardware: str, workload: str, dice: random.Random) -> Case:
    fidelity = dice.choice(("analytic", "event"))
    return Case(
        ("run", hardware, workload, "--fidelity", fidelity, "--json", "--output", "out.json"),
        frozenset({"out.json"}),
    )


def _yaml(data: object, dice: random.Random) -> bytes:
    """Write data as YAML, its values or its bytes damaged."""
    roll = dice.random()
    if roll < 0.6:
        return damage.yaml_bytes(damage.damaged_data(data, dice))
    text = damage.yaml_bytes(data)
    if roll < 0.75:
        return damage.damaged_bytes(text, dice)
    if roll < 0.9:
        return damage.damaged_lines(text, dice)
    if roll < 0.95:
        return damage.damaged_bytes(damage.yaml_bytes(damage.damaged_data(data, dice)), dice)
    return dice.choice(damage.YAML_BOMBS)


def _json(data: object, dice: random.Random) -> bytes:
    roll = dice.random()
    if roll < 0.6:
        return json.dumps(damage.damaged_data(data, dice)).encode()
    text = json.dumps(data, indent=1).encode()
    if roll < 0.8:
        return damage.damaged_bytes(text, dice)
    if roll < 0.9:
        return damage.damaged_lines(text, dice)
    return dice.choice(damage.JSON_BOMBS)


def _workload(data: object) -> str:
    if isinstance(data, str):
        return data
    Path("good.yaml").write_bytes(damage.yaml_bytes(data))
    return "good.yaml"


def _hardware(dice: random.Random) -> Case:
    place, workload = bases.pair(dice)
    data = json.loads(bases.content(bases.shipped("hw_configs")[place]))
    Path("bad.yaml").write_bytes(_yaml(data, dice))
    if dice.random() < 0.15:
        return Case(("check", "bad.yaml"))
    return _run("bad.yaml", _workload(workload), dice)


def _workloads(dice: random.Random) -> Case:
    place, workload = bases.pair(dice)
    Path("bad.yaml").write_bytes(_yaml(bases.workload_data(workload), dice))
    if dice.random() < 0.15:
        return Case(("check", "bad.yaml"))
    return _run(Path(place).name, "bad.yaml", dice)


def _shipped(dice: random.Random) -> Case:
    """Any shipped file at all: boards, devices, models and studies too."""
    tree = dice.choice(("hw_configs", "workloads"))
    data = json.loads(bases.content(dice.choice(list(bases.shipped(tree).values()))))
    Path("bad.yaml").write_bytes(_yaml(data, dice))
    return Case(("check", "bad.yaml", *(("--json",) if dice.random() < 0.3 else ())))


def _study(dice: random.Random) -> Case:
    Path("bad.yaml").write_bytes(_yaml(dice.choice((bases.STUDY, bases.LISTED)), dice))
    if dice.random() < 0.4:
        return Case(("check", "bad.yaml"))
    line = ("sweep", "bad.yaml", "--limit", "designs=3", "--ledger", "book", "--json")
    return Case((*line, "--export", "table.csv"), frozenset({"book", "table.csv"}))


def _trace(dice: random.Random) -> Case:
    name, good = dice.choice((("bad.stl", bases.STL), ("bad.rstl", bases.RELATIVE_STL)))
    text = dice.choice((damage.damaged_bytes, damage.damaged_lines))(good, dice)
    Path(name).write_bytes(text)
    data = {"kind": "memory_trace", "schema_version": 1, "name": "t", "path": name}
    Path("good.yaml").write_bytes(damage.yaml_bytes(data))
    return _run(dice.choice(("dram-ddr3-1600", "dram-hbm2-pc")), "good.yaml", dice)


def _onnx(dice: random.Random) -> Case:
    found = damage.damaged_bytes(bases.onnx_model(), dice)
    Path("bad.onnx").write_bytes(found if dice.random() < 0.97 else dice.randbytes(200))
    data = {
        "kind": "network",
        "name": "t",
        "networks": {"net": {"family": "onnx", "path": "bad.onnx"}},
    }
    Path("good.yaml").write_bytes(damage.yaml_bytes(data))
    return _run(dice.choice(("dla-1024", "systolic-32x32")), "good.yaml", dice)


def _hugging_face(dice: random.Random) -> Case:
    Path("config.json").write_bytes(_json(bases.HUGGING_FACE, dice))
    data = {**bases.LLM, "config": "config.json"}
    del data["model"]
    Path("good.yaml").write_bytes(damage.yaml_bytes(data))
    return _run(dice.choice(("neupims", "h100_sxm")), "good.yaml", dice)


def _csv(dice: random.Random) -> Case:
    change = dice.choice((damage.damaged_bytes, damage.damaged_lines))
    Path("bad.csv").write_bytes(change(bases.CSV, dice))
    data = {**bases.LLM, "batch": 8, "lengths": {"distribution": "csv", "path": "bad.csv"}}
    Path("good.yaml").write_bytes(damage.yaml_bytes(data))
    return _run("neupims", "good.yaml", dice)


def _ledger(dice: random.Random) -> Case:
    """A ledger of a finished sweep with damaged bytes, or with damaged rows."""
    Path("good.yaml").write_bytes(damage.yaml_bytes(bases.STUDY))
    book = Path("book")
    book.write_bytes(_good_ledger())
    if dice.random() < 0.5:
        _damage_rows(book, dice)
    else:
        data = bytearray(book.read_bytes())
        for _ in range(dice.choice((1, 2, 8, 64))):
            data[dice.randrange(len(data) if dice.random() < 0.7 else 200)] = dice.randrange(256)
        book.write_bytes(data[: dice.choice((len(data), len(data), dice.randrange(len(data))))])
    line = ("sweep", "good.yaml", "--ledger", "book", "--json", "--export", "table.csv")
    mode = dice.choice((("--status",), ("--limit", "designs=2"), ("--retry-failed",)))
    return Case((*line, *mode), frozenset({"book", "book-wal", "book-shm", "table.csv"}))


_ledger_bytes: list[bytes] = []


def _good_ledger() -> bytes:
    if not _ledger_bytes:
        import archsim

        archsim.sweep(bases.STUDY, ledger="made", most=8)
        _ledger_bytes.append(Path("made").read_bytes())
        for name in ("made", "made-wal", "made-shm"):
            Path(name).unlink(missing_ok=True)
    return _ledger_bytes[0]


def _damage_rows(book: Path, dice: random.Random) -> None:
    database = sqlite3.connect(book)
    try:
        (columns, *_) = [
            [row[1] for row in database.execute("SELECT * FROM pragma_table_info(?)", (table,))]
            for table in (dice.choice(("trials", "trials", "running")),)
        ]
        table = "running" if "lease_until" in columns else "trials"
        if table == "running":
            owners = ("", "x", "a b c d", f"{os.uname().nodename} 1 1 t", b"\xff", 3)
            until = dice.choice((0.0, 1e308, float("inf"), "x", b"\x00", -1e9))
            keys = dice.choice((b"", b"x", bytes(16), b"k" * 33, "text", 7))
            row = (dice.choice(owners), until, keys)
            database.execute("INSERT INTO running (owner, lease_until, keys) VALUES (?, ?, ?)", row)
        else:
            column = dice.choice([name for name in columns if name != "id"])
            values = ("", "x", "done", "pending", 1e308, float("inf"), -1, b"\xff", "\u202e", 2**62)
            statement = f"UPDATE OR IGNORE trials SET {_quoted(column)} = ? WHERE id % 3 = 1"  # noqa: S608  # our own file
            database.execute(statement, (dice.choice(values),))
        if dice.random() < 0.2:
            name = dice.choice(columns)
            database.execute(f"ALTER TABLE {table} RENAME COLUMN {_quoted(name)} TO other")
        database.commit()
    except sqlite3.Error:
        pass  # SQLite itself refuses some of it
    finally:
        database.close()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _result(dice: random.Random) -> Case:
    good = json.loads(bases.result_file("neupims"))
    Path("bad.json").write_bytes(_json(good, dice))
    Path("good.json").write_bytes(bases.result_file("npu-only"))
    names = ["good.json", "bad.json"] if dice.random() < 0.5 else ["bad.json", "good.json"]
    page = ("--html", "page.html") if dice.random() < 0.2 else ()
    return Case(
        ("diff", *names, *page, *(("--json",) if dice.random() < 0.5 else ())),
        frozenset({"page.html"}) if page else frozenset(),
    )


def _settings(dice: random.Random) -> Case:
    """Hostile ``--set``, names, seeds, windows, figures and outputs."""
    place, workload = bases.pair(dice)
    data = json.loads(bases.content(bases.shipped("hw_configs")[place]))
    keys = [".".join(map(str, path)) for path in damage.places(data) if path[0] != "sources"]
    keys += [
        f"workload.{'.'.join(map(str, path))}"
        for path in damage.places(bases.workload_data(workload))
        if path[0] != "sources"
    ]

    def text() -> str:
        value = dice.choice(damage.HOSTILE)
        found = value if isinstance(value, str) else json.dumps(value)
        return found.replace("\x00", "")[:300]

    def setting() -> str:
        key = dice.choice(keys) if dice.random() < 0.85 else text()
        return f"{key}={text()}" if dice.random() < 0.95 else key

    options = [part for _ in range(dice.choice((1, 1, 2, 3))) for part in ("--set", setting())]
    if dice.random() < 0.3:
        extra = dice.choice(("--seed", "--fidelity", "--timeline-window", "--output", "--timeline"))
        options += [extra, text()]
    if dice.random() < 0.15:
        return Case((dice.choice(("explain", "list", "schema", "check")), "--", text()))
    if dice.random() < 0.15:
        return Case(("compare", _workload(workload), Path(place).name, text(), *options[:2]))
    names = [Path(place).name, _workload(workload)]
    if dice.random() < 0.1:
        names[dice.randrange(2)] = text()
    line = ("run", *names, "--json", *options)
    allowed = {Path(part).name for part in options if "/" not in part}
    return Case(line, frozenset(allowed - {""}))


def _special(dice: random.Random) -> Case:
    """A folder, pipe, device, link, huge file or strange name where a file is expected."""
    role, ending, command = dice.choice(_ROLES)
    what = dice.choice(_SPECIALS)
    name = what(f"odd{ending}")
    return replace(command(name, role, dice), confined=role == "extends")


def _folder(name: str) -> str:
    Path(name).mkdir()
    return name


def _pipe(name: str) -> str:
    os.mkfifo(name)
    return name


def _device(name: str) -> str:
    Path(name).symlink_to("/dev/zero")
    return name


def _random_device(name: str) -> str:
    Path(name).symlink_to("/dev/urandom")
    return name


def _loop(name: str) -> str:
    Path(name).symlink_to(name)
    return name


def _dangling(name: str) -> str:
    Path(name).symlink_to("nowhere")
    return name


def _outside(name: str) -> str:
    Path(name).symlink_to("../outside.txt")
    return name


def _password(name: str) -> str:
    Path(name).symlink_to("/etc/passwd")
    return name


def _huge(name: str) -> str:
    with Path(name).open("wb") as file:
        file.truncate(BIG)
    return name


def _huge_text(name: str) -> str:
    with Path(name).open("wb") as file:
        file.writelines(b"# " + b"x" * 997 + b"\n" for _ in range(BIG // 1000))
    return name


def _dots(name: str) -> str:
    return f"../{name}/../../../../etc/passwd"


def _long(name: str) -> str:
    return "n" * 5000 + name


def _surrogate(name: str) -> str:
    Path(f"\udcff{name}").write_bytes(b"\xff")
    return f"\udcff{name}"


def _strange(name: str) -> str:
    Path(f"a\x1b[31m b\u202e{name}").write_bytes(b"a: 1\n")
    return f"a\x1b[31m b\u202e{name}"


_SPECIALS: tuple[Callable[[str], str], ...] = (
    _folder, _pipe, _device, _random_device, _loop, _dangling, _outside, _password, _huge,
    _huge_text, _dots, _long, _surrogate, _strange,
)  # fmt: skip


def _as_hardware(name: str, role: str, dice: random.Random) -> Case:
    del role
    return _run(name, _workload(bases.LLM), dice)


def _as_workload(name: str, role: str, dice: random.Random) -> Case:
    del role
    return _run("neupims", name, dice)


def _as_checked(name: str, role: str, dice: random.Random) -> Case:
    del role, dice
    return Case(("check", name))


def _as_study(name: str, role: str, dice: random.Random) -> Case:
    del role, dice
    return Case(("sweep", name))


def _as_ledger(name: str, role: str, dice: random.Random) -> Case:
    del role
    Path("good.yaml").write_bytes(damage.yaml_bytes(bases.STUDY))
    mode = ("--status",) if dice.random() < 0.5 else ("--limit", "designs=1")
    return Case(("sweep", "good.yaml", "--ledger", name, *mode), frozenset({"*"}))


def _as_result(name: str, role: str, dice: random.Random) -> Case:
    del role, dice
    Path("good.json").write_bytes(bases.result_file("npu-only"))
    return Case(("diff", "good.json", name))


def _as_output(name: str, role: str, dice: random.Random) -> Case:
    return Case(("run", "neupims", _workload(bases.LLM), role, name), frozenset({"*"}))


def _named_by_workload(name: str, role: str, dice: random.Random) -> Case:
    data: dict[str, object]
    if role == "trace":
        data = {"kind": "memory_trace", "name": "t", "path": name}
        hardware = "dram-ddr3-1600"
    elif role == "onnx":
        net = {"family": "onnx", "path": name}
        data = {"kind": "network", "name": "t", "networks": {"net": net}}
        hardware = "dla-1024"
    elif role == "config":
        data = {**bases.LLM, "config": name}
        del data["model"]
        hardware = "neupims"
    elif role == "csv":
        data = {**bases.LLM, "lengths": {"distribution": "csv", "path": name}}
        hardware = "neupims"
    elif role == "model":
        data = {**bases.LLM, "model": name}
        hardware = "neupims"
    else:
        data = {**bases.LLM, "extends": name}
        hardware = "neupims"
    Path("good.yaml").write_bytes(damage.yaml_bytes(data))
    return _run(hardware, "good.yaml", dice)


_ROLES: tuple[tuple[str, str, Callable[[str, str, random.Random], Case]], ...] = (
    ("hardware", ".yaml", _as_hardware),
    ("workload", ".yaml", _as_workload),
    ("checked", ".yaml", _as_checked),
    ("study", ".yaml", _as_study),
    ("ledger", ".sqlite", _as_ledger),
    ("result", ".json", _as_result),
    ("--output", ".json", _as_output),
    ("--timeline", ".json.gz", _as_output),
    ("--html", ".html", _as_output),
    ("trace", ".stl", _named_by_workload),
    ("trace", ".rstl", _named_by_workload),
    ("onnx", ".onnx", _named_by_workload),
    ("config", ".json", _named_by_workload),
    ("csv", ".csv", _named_by_workload),
    ("model", ".yaml", _named_by_workload),
    ("extends", ".yaml", _named_by_workload),
)

KINDS: dict[str, Callable[[random.Random], Case]] = {
    "hardware": _hardware,
    "workload": _workloads,
    "shipped file": _shipped,
    "study": _study,
    "memory trace": _trace,
    "onnx": _onnx,
    "hugging face": _hugging_face,
    "request csv": _csv,
    "ledger": _ledger,
    "result": _result,
    "settings": _settings,
    "special file": _special,
}
"""Kind of input to what makes a case of it from seeded dice."""

SHARES = {
    "hardware": 0.2, "workload": 0.2, "shipped file": 0.1, "study": 0.1, "memory trace": 0.05,
    "onnx": 0.06, "hugging face": 0.05, "request csv": 0.04, "ledger": 0.05, "result": 0.06,
    "settings": 0.07, "special file": 0.02,
}  # fmt: skip
"""Part of a campaign that each kind gets."""
