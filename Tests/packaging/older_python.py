"""Makes the SDK's sources run on Python 3.9, which lacks what they use of newer Pythons."""

import ast
import re
from pathlib import Path

# Names of the standard library that came later.
NEWER_NAMES = """
import sys, types, typing

sys.stdlib_module_names = frozenset()
types.UnionType = type("UnionType", (), {})
types.NoneType = type(None)
types.EllipsisType = type(...)
typing.ParamSpec = typing.TypeVar
typing.TypeAlias = typing.Concatenate = typing.TypeGuard = typing.Any
"""


def rewritten(source: str) -> str:
    """The same program without arguments and statements of newer Pythons."""
    source = re.sub(r", strict=(True|False)\)", ")", source)
    return ast.unparse(ast.fix_missing_locations(_Rewriter().visit(ast.parse(source))))


def rewrite(folder: Path) -> None:
    """Rewrites all sources in a folder and below it."""
    for path in folder.rglob("*.py"):
        path.write_text(rewritten(path.read_text()))


class _Rewriter(ast.NodeTransformer):
    """Makes chains of `if` out of `match`, for the patterns that the SDK uses: classes, alternatives, and names."""

    def __init__(self) -> None:
        self._count = 0

    def visit_Match(self, node: ast.Match) -> list[ast.stmt]:
        self.generic_visit(node)
        self._count += 1
        subject = f"_subject_{self._count}"
        chain: list[ast.stmt] = []
        for case in reversed(node.cases):
            tests = _tests(case.pattern, subject)
            if case.guard is not None:
                tests.append(case.guard)
            test = ast.BoolOp(ast.And(), [ast.Constant(True), *tests])
            chain = [ast.If(test, case.body, chain)]
        return [ast.Assign([ast.Name(subject, ast.Store())], node.subject), *chain]

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AnnAssign:
        """A union of classes is a name for type checkers alone."""
        if isinstance(node.annotation, ast.Name) and node.annotation.id == "TypeAlias":
            node.value = ast.Constant(None)
        return node


def _tests(pattern: ast.pattern, subject: str) -> list[ast.expr]:
    """What must be true; names are bound on the way."""
    match pattern:
        case ast.MatchAs(pattern=None, name=None):
            return []
        case ast.MatchClass(cls=cls, patterns=parts, kwd_patterns=[]):
            return [_parsed(f"isinstance({subject}, {ast.unparse(cls)})"), *_bindings(parts, subject)]
        case ast.MatchOr(patterns=alternatives):
            classes = ", ".join(ast.unparse(one.cls) for one in alternatives if isinstance(one, ast.MatchClass))
            first = alternatives[0]
            assert classes.count(",") + 1 == len(alternatives) and isinstance(first, ast.MatchClass)
            return [_parsed(f"isinstance({subject}, ({classes}))"), *_bindings(first.patterns, subject)]
        case _:
            raise NotImplementedError(f"line {pattern.lineno}: {ast.unparse(pattern)}")


def _bindings(parts: list[ast.pattern], subject: str) -> list[ast.expr]:
    """Each part is a name or `_`; a list with its value is true, whatever that is."""
    found = []
    for index, part in enumerate(parts):
        assert isinstance(part, ast.MatchAs) and part.pattern is None
        if part.name is not None:
            value = f"getattr({subject}, type({subject}).__match_args__[{index}])"
            found.append(_parsed(f"[{part.name} := {value}]"))
    return found


def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body
