"""docs/requirements.md: which tests prove which requirement, read from the tests' tags."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

# Requirement -> what it asks, in one line. The ids are those of the field's requirement list.
ROWS: tuple[tuple[str, str], ...] = (
    ("A01", "unit grids of about one hectare; every point has exactly one"),
    ("A02", "a register of facilities; a case may point to one of them"),
    ("A03", "cases of events, without a facility"),
    ("A04", "a case ends only by closing, rejection or voiding"),
    ("A05", "supervision and command kept apart, or merged in one hall"),
    ("A06", "new two axes: information centre and coordination platform"),
    ("A07", "city intake, dispatch by the city or by a district platform"),
    ("A08", "core city: one supervision, layered command"),
    ("A09", "sub-city: the district dispatches alone, the city supports"),
    ("A10", "two command levels, each with its own share of the clock"),
    ("A11", "streets and towns with a small platform of their own"),
    ("A12", "dispatch chains of any depth, tried at the lowest level first"),
    ("A13", "one supervision, two commands, work on four levels"),
    ("A14", "other splits: Yantai, Wuhan, Yangzhou"),
    ("A15", "one flow; districts change only listed parameters"),
    ("A16", "districts cannot change the core flow"),
    ("A17", "two halls that can be merged"),
    ("A18", "posts of the six offices, ready to use"),
    ("A19", "a small centre: one person with several roles"),
    ("A21", "one centre, three axes, five teams"),
    ("A22", "who is judged never files, checks or closes"),
    ("A23", "district centres under two masters, each with its own rights"),
    ("A24", "an organisation tree of any depth, with kinds of units"),
    ("A25", "a full console, and a light terminal"),
    ("A26", "the cells of class x area for which no unit answers"),
    ("A27", "the leader: city view, instructions, approval; no editing"),
    ("A29", "trial operation: everything runs, figures are marked"),
    ("A30", "the area served grows by phases; reports outside are flagged"),
    ("A33", "responsibility down to the person"),
    ("A35", "settled at the lowest level; the clock passes it up"),
    ("A36", "contact stations of communities"),
    ("A38", "a company as the territory of its own area"),
    ("B01", "classes of components, as an edition"),
    ("B02", "classes of events, as an edition"),
    ("B03", "the catalogue of another city, mapped to the national codes"),
    ("B04", "editions with validity; a case keeps the rule it was filed under"),
    ("B05", "the named classes are there from the start"),
    ("B06", "the command manual: class, condition, limit, closing, unit"),
    ("B07", "addresses and crossings to coordinates and back"),
    ("B08", "the nearest facilities of a point"),
    ("B09", "four levels; small matters are settled on the spot"),
    ("B11", "ownership from builder to maintainer; unknown: the territory"),
    ("B10", "reminders below a case: the unit is told, nothing is filed; counted apart"),
    ("B12", "events: territory first; components: owner first"),
    ("B13", "one leading unit, several assisting"),
    ("B14", "matters across a border"),
    ("B15", "example photos of good and bad"),
    ("B16", "the library of precedents: typical cases by class, words and picture"),
    ("C01", "the inspector's report"),
    ("C02", "channels, each with its own rules; one queue"),
    ("C07", "instructions of leaders"),
    ("C29", "quick reports, counted apart"),
    ("C30", "self-handled cases with sampled review"),
    ("C33", "professional teams as source and checker"),
    ("C32", "named lists such as dead corners: collected, sent, answered, followed up"),
    ("D01", "classes found by typing; the map; cases nearby"),
    ("D02", "a second eye before dispatch, with classes excepted"),
    ("D03", "the filing rule is chosen; limit and closing come from it"),
    ("D04", "unambiguous cases go on by themselves"),
    ("D05", "one operator with several posts in one console"),
    ("D06", "public reports are verified on site"),
    ("D07", "likely duplicates are shown and joined"),
    ("D09", "rejection with a reason code and an answer"),
    ("D10", "the electronic file of a case, printable"),
    ("E01", "dispatch to leading and assisting units"),
    ("E02", "match dispatch: reason and confidence, automatic above a threshold"),
    ("E03", "repeated dispatch is counted, explained, decided"),
    ("E04", "circular cases are detected and frozen"),
    ("E05", "coordination in levels; the decision becomes a rule"),
    ("E06", "joint meetings: agenda, minutes, decisions as tasks"),
    ("E07", "substitute works: a named unit fixes at a known cost; the liable unit stays linked"),
    ("E08", "the ledger of claims: notice, payments, refusals, age, what is unrecovered"),
    ("E09", "designated units with skills, hours on call and price lists"),
    ("E10", "fixed first: the case closes while who owes what stays open"),
    ("E11", "who approves, supervises: the permit at the place names its body"),
    ("E12", "permits at the place stand on the page of the case"),
    ("E13", "the responsibility matrix, dated, with its source"),
    ("E16", "joint handling with sub-tasks"),
    ("E18", "escalation to the commission"),
    ("E19", "key matters that group many cases"),
    ("F01", "the unit receives, assigns and reports"),
    ("F02", "the result in words and photos; the unit confirms"),
    ("F03", "the platform looks before it asks for a check"),
    ("F04", "the check on site"),
    ("F05", "a failed check goes back and counts as rework"),
    ("F06", "closing under the closing condition"),
    ("F07", "no photo, no result"),
    ("F08", "photos say when, where, of which case; what is odd about one is flagged"),
    ("F12", "return to the step that is responsible, nothing lost"),
    ("F13", "rework counted by unit and reason"),
    ("H01", "limits by class and condition, in business time"),
    ("H02", "the longer engineering limit, with reason and approval"),
    ("H04", "deferral strictly controlled: reason, end, two approvals, backlog"),
    ("H05", "no deadline changes silently"),
    ("H06", "the overdue notice: a final day and a consequence, on paper"),
    ("H07", "overdue cases, by multiples of the limit"),
    ("H10", "holidays and events: days with other limits and another duty"),
    ("I01", "supervision orders: text, deadline, answer, figures by unit"),
    ("I12", "who was liable is kept apart from who fixed it"),
    ("L08", "permits found by place, number and holder"),
    ("L16", "the back office: users, roles, dictionaries"),
    ("O01", "nobody deletes or withholds a case"),
    ("O02", "gapless numbers, daily counts, a hash chain"),
    ("O04", "one schema, migrated by releases"),
    ("O05", "coordinates converted exactly, the raw value kept"),
    ("O06", "speed of upload, search and map"),
    ("O08", "works without the Internet; an interface for machines"),
    ("O10", "roles, scope, hardening"),
    ("O14", "who works with the system says in it what hinders them"),
)

Proof = tuple[str, str]  # file, test


def page(root: Path) -> str:
    """The document."""
    proven = proofs(root)
    meant = dict(ROWS)
    lines = [
        "# Requirements and their tests\n",
        "Made by `make docs` from the tests' tags.\n",
        "| id | what | tests in |",
        "|---|---|---|",
        *(_row(number, what, proven.get(number, [])) for number, what in ROWS),
    ]
    missing = [number for number in meant if number not in proven]
    lines += ["", f"Without a test: {', '.join(missing) or 'none'}."]
    if beyond := sorted(set(proven) - set(meant)):
        lines += ["", f"Also tested, of later work: {', '.join(beyond)}."]
    return "\n".join(lines) + "\n"


def _row(number: str, what: str, tests: list[Proof]) -> str:
    files = dict.fromkeys(f"`{file}`" for file, _name in tests)
    return f"| {number} | {what} | {', '.join(files)} |"


def proofs(root: Path) -> dict[str, list[Proof]]:
    """Requirement -> (file, test) in the order of the files."""
    found: dict[str, list[Proof]] = {}
    places = [*sorted(root.glob("cityloop/*/tests/**/*.py")), *sorted(root.glob("tests/**/*.py"))]
    for path in places:
        file = path.relative_to(root).as_posix()
        for name, number in _tags(ast.parse(path.read_text(encoding="utf-8"))):
            found.setdefault(number, []).append((file, name))
    return found


def _tags(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """(test, requirement) of one file; a file's own `pytestmark` counts for each of its tests."""
    everywhere = [number for node in tree.body for number in _file_tags(node)]
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
            own = [number for one in node.decorator_list for number in _numbers(one)]
            yield from ((node.name, number) for number in dict.fromkeys([*everywhere, *own]))


def _file_tags(node: ast.stmt) -> list[str]:
    targets = node.targets if isinstance(node, ast.Assign) else []
    named = [one.id for one in targets if isinstance(one, ast.Name)]
    if "pytestmark" not in named or not isinstance(node, ast.Assign):
        return []
    marks = node.value.elts if isinstance(node.value, ast.List | ast.Tuple) else [node.value]
    return [number for one in marks for number in _numbers(one)]


def _numbers(mark: ast.expr) -> list[str]:
    """The ids of `pytest.mark.requirement(...)`; none for another mark."""
    if not isinstance(mark, ast.Call) or not isinstance(mark.func, ast.Attribute):
        return []
    if mark.func.attr != "requirement":
        return []
    return [str(one.value) for one in mark.args if isinstance(one, ast.Constant)]
