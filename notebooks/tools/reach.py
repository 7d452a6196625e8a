"""What a piece of code reaches: the modules that it imports, what they import, and the data files that these name.

Sources are parsed, never imported. A name that is taken from a package leads to the module that defines it, and the
package's ``__init__`` counts with its own statements only: what it passes on to others, and its ``__all__``, do not
count; nor of a module that does nothing but pass on. So `from helpers.detectors import ZScore` reaches neither the
GANs nor the list of all detectors.

A dotted name below is one of ours, such as "helpers.detectors.ZScore": a module, and maybe a name in it.
"""

import ast
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

__all__ = ["Tree"]

MODULES = {"": ("helpers/**/*.py", "tests/**/*.py"), "notebooks/tools": ("notebooks/tools/*.py",)}
FILES = {"data": ("*.gz", "*.npz", "results/*.csv"), "helpers/report/templates": ("*",)}
QUOTED = re.compile(r'"([^"\s]+)"')
OURS = re.compile(r"helpers(\.\w+)+")
ITSELF = "__init__"  # as a name in a package: its own statements, and nothing that it passes on
LISTS_ALL = {"__all__", "*"}


class Facts(NamedTuple):
    """What a source says about others, as dotted names; `own` is its text without what it only passes on."""

    imported: dict[str, str]
    mentions: frozenset[str]
    files: frozenset[str]
    own: str
    own_mentions: frozenset[str]
    defined: frozenset[str]
    asked: frozenset[str]


def absolute(node: ast.ImportFrom, package: str) -> str:
    """The dotted name of the module that a `from` names, within a package if it begins with dots."""
    if not node.level:
        return node.module
    above = package.split(".")[: len(package.split(".")) - node.level + 1]
    return ".".join([*above, node.module] if node.module else above)


def imports(node: ast.AST, package: str):
    """Local name and dotted name of each import in and below a node."""
    for found in ast.walk(node):
        if isinstance(found, ast.ImportFrom):
            module = absolute(found, package)
            yield from ((alias.asname or alias.name, f"{module}.{alias.name}") for alias in found.names)
        elif isinstance(found, ast.Import):
            for alias in found.names:
                yield alias.asname or alias.name, alias.name
                if not alias.asname:
                    yield (alias.name.partition(".")[0],) * 2


def chain(node: ast.AST) -> str:
    """An expression of the form a.b.c as text; nothing for any other."""
    if isinstance(node, ast.Attribute):
        return (before := chain(node.value)) and f"{before}.{node.attr}"
    return node.id if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) else ""


def uses(node: ast.AST, imported: dict[str, str]):
    """The dotted names that expressions in and below a node use, through what was imported or as a text in a call."""
    first, dot, rest = chain(node).partition(".")
    if first:
        if first in imported:
            yield imported[first] + dot + rest
        return
    if isinstance(node, ast.Call | ast.List):  # import_module("helpers.x"), ["python", "-m", "helpers.x"]
        values, end = (node.args, ITSELF) if isinstance(node, ast.Call) else (node.elts, "__main__")
        yield from (f"{text.value}.{end}" for text in values if is_text(text) and OURS.fullmatch(text.value))
    for child in ast.iter_child_nodes(node):
        yield from uses(child, imported)


def is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def passes_on(node: ast.stmt) -> bool:
    """Whether a statement is a docstring, an import or the list of exports, which do nothing by themselves."""
    if isinstance(node, ast.If):
        return all(map(passes_on, node.body)) and not node.orelse
    if isinstance(node, ast.Assign):
        return [chain(target) or getattr(target, "id", "") for target in node.targets] == ["__all__"]
    return isinstance(node, ast.Import | ast.ImportFrom) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    )


def lines(text: str, node: ast.stmt) -> str:
    """A statement's lines, decorators included."""
    start = min([node.lineno, *(above.lineno for above in getattr(node, "decorator_list", []))])
    return "\n".join(text.splitlines()[start - 1 : node.end_lineno])


def binds(node: ast.stmt) -> list[str]:
    """The names that a statement defines."""
    if hasattr(node, "name"):
        return [node.name]
    return [found.id for found in ast.walk(node) if isinstance(found, ast.Name) and isinstance(found.ctx, ast.Store)]


def files(tree: ast.AST):
    """What may be the name of a data file: each text in a source, and the table that `load_results` is asked for."""
    for node in ast.walk(tree):
        if is_text(node):
            yield node.value
        elif isinstance(node, ast.Call) and chain(node.func).endswith("load_results"):
            yield from (f"results/{name.value}.csv" for name in node.args if is_text(name))


def leads(hook: ast.stmt, package: str):
    """The modules from which a package's `__getattr__` takes the names that it is asked for."""
    named = {*(dotted for _, dotted in imports(hook, package)), *uses(hook, {})}
    for dotted in named:
        if not any(other.startswith(f"{dotted}.") for other in named):
            yield dotted.removesuffix(f".{ITSELF}")


@cache
def facts(text: str, package: str) -> Facts:
    """Read a source that stands in a package ("" for a script)."""
    tree = ast.parse(text)
    imported = dict(imports(tree, package))
    own = [node for node in tree.body if not passes_on(node)]
    hooks = [node for node in own if getattr(node, "name", "") in ("__getattr__", "__dir__")]
    others = [node for node in own if node not in hooks]
    executed = {f"{dotted}.{ITSELF}" for dotted in imported.values()}
    return Facts(
        imported,
        frozenset({*executed, *uses(tree, imported)}),
        frozenset(files(tree)),
        "\n".join(lines(text, node) for node in own),
        frozenset(dotted for node in others for dotted in uses(node, imported)),
        frozenset(name for node in others for name in binds(node)),
        frozenset(lead for node in hooks for lead in leads(node, package)),
    )


class Tree:
    """The course's modules and data files in a folder; read when first asked for, so make one for each look.

    Parameters
    ----------
    root : Path
        The top of the repository, or of a copy.
    """

    def __init__(self, root: Path):
        self.root = root
        self.modules = {
            ".".join(path.relative_to(root / base).with_suffix("").parts).removesuffix(f".{ITSELF}"): path
            for base, patterns in MODULES.items()
            for pattern in patterns
            for path in root.glob(pattern)
        }
        self.files = {
            path.relative_to(root / base).as_posix(): path
            for base, patterns in FILES.items()
            for pattern in patterns
            for path in (root / base).glob(pattern)
        }
        self.read = cache(lambda path: path.read_text(encoding="utf-8"))
        self.step = cache(self.step)

    def reached(self, text: str, package: str = "") -> dict[str, bytes]:
        """Path and contents of all that a source reaches, apart from itself; of a package, what counts of it.

        Examples
        --------
        >>> tree = Tree(Path(__file__).resolve().parents[2])
        >>> found = tree.reached("from helpers.detectors import ZScore")
        >>> "helpers/detectors/tables/statistical.py" in found, "helpers/detectors/series/lstm.py" in found
        (True, False)
        """
        start = facts(text, package)
        found, seen, waiting = self.named(start), set(), set(start.mentions)
        while waiting:
            dotted = waiting.pop()
            if dotted not in seen:
                seen.add(dotted)
                parts, further = self.step(dotted)
                found |= {path: max(text, found.get(path, b""), key=len) for path, text in parts.items()}
                waiting |= further
        return found

    def named(self, source: Facts) -> dict[str, bytes]:
        """The data files that a source names, and those that the templates among them name."""
        names, waiting = set(), source.files & self.files.keys()
        while waiting:
            names |= waiting
            texts = [self.read(self.files[name]) for name in waiting if name.endswith(".j2")]
            waiting = ({name for text in texts for name in QUOTED.findall(text)} & self.files.keys()) - names
        paths = [self.files[name] for name in names]
        return {path.relative_to(self.root).as_posix(): path.read_bytes() for path in paths}

    def split(self, dotted: str) -> tuple[str, str]:
        """The module of a dotted name, and the first name after it; no module if it is none of ours."""
        module, names = dotted, []
        while module and module not in self.modules:
            module, _, name = module.rpartition(".")
            names.append(name)
        return module, names[-1] if names else ""

    def step(self, dotted: str) -> tuple[dict[str, bytes], set[str]]:
        """What counts at once of a dotted name, and the dotted names to which it leads."""
        module, name = self.split(dotted)
        parts, further = self.packages_of(module)
        if not module or self.passed_through(module, name):
            return parts, further | self.behind(module, name)
        source = self.facts(module)
        parts |= self.named(source) | self.part(module, self.read(self.modules[module]))
        return parts, further | source.mentions | {below for below in self.modules if below.startswith(f"{module}.")}

    def packages_of(self, module: str) -> tuple[dict[str, bytes], set[str]]:
        """The own statements of all packages that are executed on the way to a module, and what they use."""
        parts, further = {}, set()
        while module:
            if self.is_package(module):
                source = self.facts(module)
                parts |= self.part(module, source.own)
                further |= source.own_mentions
            module = module.rpartition(".")[0]
        return parts, further

    def passed_through(self, module: str, name: str) -> bool:
        """Whether a module only passes a name on, as packages do, and can tell from where."""
        source = self.facts(module)
        if not self.is_package(module):
            return not source.own and name in source.imported
        known = name in {*source.imported, *source.defined, ITSELF}
        return known or bool(name and name not in LISTS_ALL and source.asked)

    def behind(self, package: str, name: str) -> set[str]:
        """The dotted names to which a name leads that is taken from a package."""
        if not package or name == ITSELF:
            return set()
        source = self.facts(package)
        if name in source.imported:
            return {source.imported[name]}
        return set() if name in source.defined else {f"{module}.{name}" for module in source.asked}

    def is_package(self, module: str) -> bool:
        """Whether a module of ours is a package."""
        return module in self.modules and self.modules[module].name == f"{ITSELF}.py"

    def facts(self, module: str) -> Facts:
        """What the source of a module says."""
        package = module if self.is_package(module) else module.rpartition(".")[0]
        return facts(self.read(self.modules[module]), package)

    def part(self, module: str, text: str) -> dict[str, bytes]:
        """What counts of a module, by its path."""
        return {self.modules[module].relative_to(self.root).as_posix(): text.encode()}
