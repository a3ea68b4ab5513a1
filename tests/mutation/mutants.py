"""Mutants of a module: each changes one operator, comparison, number or result in one function.

Text in messages, docstrings, annotations, default values and ``raise`` statements are left alone.
"""

from __future__ import annotations

import ast
import copy
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import CodeType

SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
SKIPPED = (ast.JoinedStr, ast.Raise, ast.arguments, ast.Assert)
NAMES = {"min": "max", "max": "min", "minimum": "maximum", "maximum": "minimum",
         "ceil": "floor", "floor": "ceil"}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One change: ``number`` is its place among the equal changes of its function."""

    function: str
    line: int
    before: str
    after: str
    number: int

    @property
    def name(self) -> str:
        """What names the change as long as its function keeps this expression."""
        return f"{self.function}: {self.before} -> {self.after} #{self.number}"


def mutants(source: str) -> list[Mutant]:
    """Return all mutants of a module's functions, in the order of the source."""
    return list(changed_in_turn(ast.parse(source)))


def replacement(source: str, file: str, mutant: Mutant) -> CodeType:
    """Return the code of the mutant's function.

    Raises:
        LookupError: The module has no such mutant.
    """
    tree = ast.parse(source)
    for found in changed_in_turn(tree):
        if found == mutant:
            return function_codes(compile(tree, file, "exec", dont_inherit=True))[mutant.function]
    raise LookupError(f"{file} has no mutant {mutant.name!r}")


def changed_in_turn(tree: ast.Module) -> Iterator[Mutant]:
    """Yield every mutant while the tree is changed to it."""
    seen = Counter[tuple[str, str, str]]()
    for function, node in functions(tree):
        for site in list(sites(node)):
            for before, after, undo in changes(site):
                key = (function, before, after)
                yield Mutant(function, site.lineno, before, after, seen[key])
                seen[key] += 1
                undo()


def functions(tree: ast.AST, prefix: str = "") -> Iterator[tuple[str, ast.FunctionDef]]:
    """Yield the functions of a module and of its classes, with their qualified names."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef):
            yield prefix + node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from functions(node, f"{prefix}{node.name}.")


def sites(node: ast.AST) -> Iterator[ast.expr | ast.stmt]:
    """Yield the statements and expressions of a function that may be changed."""
    for field, value in ast.iter_fields(node):
        if field in ("decorator_list", "returns", "annotation", "args") and isinstance(
            node, ast.FunctionDef | ast.AnnAssign
        ):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, SKIPPED) or not isinstance(child, ast.AST):
                continue
            if isinstance(child, ast.expr | ast.stmt):
                yield child
            yield from sites(child)


def changes(node: ast.expr | ast.stmt) -> Iterator[tuple[str, str, Callable[[], None]]]:
    """Change a node in place in each way it knows; yields before, after and how to undo it."""
    before = shown(node)
    if isinstance(node, ast.BinOp | ast.AugAssign | ast.BoolOp) and type(node.op) in SWAPS:
        if not any(isinstance(part, ast.JoinedStr) for part in ast.walk(node)):
            yield changed(node, "op", SWAPS[type(node.op)](), before)
    elif isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            ops = list(node.ops)
            ops[place] = SWAPS[type(operator)]()
            yield changed(node, "ops", ops, before)
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield changed(node, "value", not node.value, before)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        yield changed(node, "value", node.value + 1, before)
        yield changed(node, "value", node.value - 1, before)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        twice = ast.UnaryOp(ast.Not(), copy.deepcopy(node.operand))
        yield changed(
            node, "operand", ast.fix_missing_locations(ast.copy_location(twice, node)), before
        )
    elif isinstance(node, ast.Return) and node.value is not None:
        nothing = ast.copy_location(ast.Constant(None), node.value)
        if not (isinstance(node.value, ast.Constant) and node.value.value is None):
            yield changed(node, "value", nothing, before)
    elif isinstance(node, ast.Name) and node.id in NAMES:
        yield changed(node, "id", NAMES[node.id], before)
    elif isinstance(node, ast.Attribute) and node.attr in NAMES:
        yield changed(node, "attr", NAMES[node.attr], before)


def changed(
    node: ast.AST, field: str, value: object, before: str
) -> tuple[str, str, Callable[[], None]]:
    """Set a field of a node; returns the texts before and after, and what sets it back."""
    old = getattr(node, field)
    setattr(node, field, value)
    return before, shown(node), lambda: setattr(node, field, old)


def shown(node: ast.AST) -> str:
    """Return the source of a node on one line."""
    return " ".join(ast.unparse(node).split())


def sample(found: list[Mutant], number: int, seed: str) -> list[Mutant]:
    """Return so many mutants, chosen by a hash of the seed and of their names."""

    def place(mutant: Mutant) -> str:
        return hashlib.sha256(f"{seed}|{mutant.name}".encode()).hexdigest()

    return sorted(sorted(found, key=place)[:number], key=lambda mutant: (mutant.line, mutant.name))


def function_codes(code: CodeType) -> dict[str, CodeType]:
    """Return the code of the functions of a module and of its classes by qualified name."""
    found = {}
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            inner = function_codes(constant) if "<locals>" not in constant.co_qualname else {}
            found.update({constant.co_qualname: constant, **inner})
    return found
