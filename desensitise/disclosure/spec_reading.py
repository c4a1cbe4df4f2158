"""A table's specification from TOML: every key is asked for by type, and a key nobody knows is refused."""

from __future__ import annotations

from catalog.standards.reading import Table, parse
from desensitise.disclosure.selection import selected_by
from desensitise.disclosure.spec import (
    Attacker,
    CellKey,
    Change,
    Condition,
    Cost,
    Dear,
    Dimension,
    HierarchyKind,
    Measure,
    MeasureKind,
    Method,
    Only,
    Privacy,
    Rate,
    Relation,
    Rules,
    Search,
    TableSpec,
)


def parse_spec(text: str, file: str) -> TableSpec:
    """The specification that a TOML text declares; DeclarationError names file, place and what to do."""
    return read_spec(parse(text, file))


def read_spec(root: Table) -> TableSpec:
    """The specification in an open TOML table; the same keys stand under ``[disclosure]`` of a declaration."""
    about = root.table("table")
    rules = _rules(root.table("rules", needed=False), Rules())
    measures = tuple(_measure(one, rules) for one in root.tables("measure"))
    spec = TableSpec(
        name=about.text("name"),
        dimensions=tuple(_dimension(one) for one in root.tables("dimension")),
        measures=measures,
        contributor=about.text("contributor"),
        owner=about.optional_text("owner") or "",
        weight=about.optional_text("weight") or "",
        waiver=about.optional_text("waiver") or "",
        unknown_is_one=about.one_of("unknown", ("refuse", "one"), "refuse") == "one",
        tables=tuple(one.texts("dimensions", ()) for one in root.tables("crossed", needed=False)),
        rates=tuple(_rate(one) for one in root.tables("rate", needed=False)),
        changes=tuple(_change(one) for one in root.tables("change", needed=False)),
        relations=tuple(_relation(one) for one in root.tables("relation", needed=False)),
        attacker=_attacker(root.table("attacker", needed=False)),
        method=about.choice("method", Method, Method.SUPPRESS),
        search=about.choice("search", Search, Search.AUTO),
        cost=about.choice("cost", Cost, Cost.VALUE),
        base=_base(about.integer("base")),
        cell_key=_cell_key(root.table("cell_key", needed=False)),
        privacy=_privacy(root.table("privacy", needed=False)),
        source=about.optional_text("source") or "",
        keep=about.texts("keep", ()),
        only=tuple(_only(one) for one in root.tables("only", needed=False)),
        dear=tuple(_dear(one) for one in root.tables("dear", needed=False)),
    )
    where = tuple(_condition(one) for one in root.tables("where", needed=False))
    about.done()
    root.done()
    _demand_known(root, spec)
    if spec.base < 2:
        root.refuse("'base' must be 2 or more", "Write base = 5.")
    return selected_by(spec, where)


def _base(found: int | None) -> int:
    return 5 if found is None else found


def _dimension(table: Table) -> Dimension:
    kind = table.choice("hierarchy", HierarchyKind, HierarchyKind.FLAT)
    name = table.text("name")
    columns = table.texts("columns", ()) or (table.optional_text("column") or name,)
    parents = {key: str(value) for key, value in table.table("parents", needed=False).scalars().items()}
    widths = table.whole_numbers("widths", ())
    found = Dimension(
        name, columns, kind, table.optional_text("total") or "_T", widths, table.optional_text("pad") or "", parents
    )
    table.done()
    if kind is HierarchyKind.PREFIX and (not widths or list(widths) != sorted(set(widths))):
        table.refuse("'widths' must rise", "Write widths = [2, 4, 6], coarse to fine.")
    if kind is HierarchyKind.PARENTS and not parents:
        table.refuse("'parents' is missing", "Write [dimension.parents] with a line for each code.")
    if kind is not HierarchyKind.COLUMNS and len(columns) != 1:
        table.refuse("only a hierarchy of kind 'columns' has several columns", "Name one column.")
    return found


def _measure(table: Table, default: Rules) -> Measure:
    kind = table.choice("kind", MeasureKind)
    name = table.text("name")
    base = default if kind is MeasureKind.VALUE else Rules(default.threshold, zeros_safe=default.zeros_safe)
    found = Measure(
        name=name,
        column=table.optional_text("column") or name,
        kind=kind,
        rules=_rules(table.table("rules", needed=False), base),
        decimals=table.integer("decimals") or 0,
        signed=table.one_of("signed", ("yes", "no"), "no") == "yes",
        unit=table.integer("unit") or 1,
        shown=table.integer("shown") or 0,
    )
    table.done()
    return found


def _rules(table: Table, default: Rules) -> Rules:
    dominance = tuple(
        (_whole(table, one, "n"), _share(table, one, "k")) for one in table.tables("dominance", needed=False)
    )
    pq = table.table("pq", needed=False)
    p, q = pq.number("p"), pq.number("q")
    if (p is None) != (q is None) or (p is not None and q is not None and not 0 < p < q <= 100):
        table.refuse("'pq' needs 0 < p < q <= 100", "Correct p and q.")
    threshold, percent, spread = table.integer("threshold"), table.number("p"), table.number("range")
    found = Rules(
        threshold=default.threshold if threshold is None else threshold,
        dominance=dominance or default.dominance,
        p=default.p if percent is None else percent,
        pq=(p, q) if p is not None and q is not None else default.pq,
        range=default.range if spread is None else spread,
        zeros_safe=table.one_of("zeros", ("safe", "unsafe"), "safe" if default.zeros_safe else "unsafe") == "safe",
    )
    table.done()
    if found.threshold < 0 or not 0 <= found.p < 100 or not 0 <= found.range <= 100:
        table.refuse("a rule is out of bounds", "threshold is 0 or more, p and range are per cent.")
    return found


def _whole(outer: Table, table: Table, key: str) -> int:
    value = table.integer(key)
    if value is None or value < 1:
        outer.refuse(f"'dominance' needs '{key}' of 1 or more", "Write n = 2 and k = 85.0.")
    return value


def _share(outer: Table, table: Table, key: str) -> float:
    value = table.number(key)
    table.done()
    if value is None or not 0 < value < 100:
        outer.refuse(f"'dominance' needs '{key}' between 0 and 100", "Write n = 2 and k = 85.0.")
    return value


def _rate(table: Table) -> Rate:
    decimals = table.integer("decimals")
    found = Rate(
        table.text("name"), table.text("numerator"), table.text("denominator"), 1 if decimals is None else decimals
    )
    table.done()
    return found


def _change(table: Table) -> Change:
    found = Change(table.text("name"), table.text("after"), table.text("before"))
    table.done()
    return found


def _privacy(table: Table) -> Privacy:
    epsilon, most, budget = table.number("epsilon"), table.integer("most"), table.number("budget")
    agreement = table.optional_text("agreement") or ""
    table.done()
    return Privacy(epsilon or 0.0, 1 if most is None else most, budget or 0.0, agreement)


def _only(table: Table) -> Only:
    found = Only(table.text("dimension"), table.texts("codes"))
    table.done()
    return found


def _condition(table: Table) -> Condition:
    found = Condition(
        table.text("column"),
        tuple(sorted(set(table.texts("codes", ())))),
        tuple(sorted(set(table.texts("without", ())))),
        table.number("least"),
        table.number("below"),
    )
    table.done()
    if not found.codes and not found.without and found.least is None and found.below is None:
        table.refuse("'where' selects nothing", 'Write codes = ["large"], without = ["large"], least or below.')
    return found


def _dear(table: Table) -> Dear:
    times = table.number("times")
    found = Dear(table.text("dimension"), table.texts("codes"), 0.0 if times is None else times)
    table.done()
    if found.times <= 0:
        table.refuse("'dear' needs 'times' above nought", "Write times = 10.0: hiding there costs ten times as much.")
    return found


def _relation(table: Table) -> Relation:
    found = Relation(table.text("total"), table.texts("parts"), table.one_of("rest", ("yes", "no"), "no") == "yes")
    table.done()
    return found


def _attacker(table: Table) -> Attacker:
    below = table.number("below")
    found = Attacker(
        below=1.0 if below is None else below,
        above=table.number("above"),
        insiders=table.one_of("insiders", ("yes", "no"), "yes") == "yes",
    )
    table.done()
    return found


def _cell_key(table: Table) -> CellKey:
    d, js, variance = table.integer("d"), table.integer("js"), table.number("variance")
    found = CellKey(
        d=5 if d is None else d,
        variance=3.0 if variance is None else variance,
        js=2 if js is None else js,
        record=table.optional_text("record") or "",
    )
    table.done()
    return found


def _demand_known(root: Table, spec: TableSpec) -> None:
    """Names that relations, rates and crossed tables use stand for something, and nothing is named twice."""
    measures = [measure.name for measure in spec.measures]
    dimensions = [dimension.name for dimension in spec.dimensions]
    for names in (measures, dimensions):
        if len(set(names)) != len(names):
            root.refuse("a name stands twice", "Give each dimension and measure a name of its own.")
    used = [name for one in spec.relations for name in (one.total, *one.parts)]
    used += [name for one in spec.rates for name in (one.numerator, one.denominator)]
    if unknown := [name for name in used if name not in measures]:
        root.refuse(f"measure '{unknown[0]}' is not declared", f"Use some of: {', '.join(measures)}.")
    rates = [rate.name for rate in spec.rates]
    if unknown := [name for one in spec.changes for name in (one.after, one.before) if name not in rates]:
        root.refuse(f"rate '{unknown[0]}' is not declared", "A change is of two rates of this table.")
    if unknown := [
        name
        for one in (*spec.tables, *((o.dimension,) for o in spec.only), *((o.dimension,) for o in spec.dear))
        for name in one
        if name not in dimensions
    ]:
        root.refuse(f"dimension '{unknown[0]}' is not declared", f"Use some of: {', '.join(dimensions)}.")
    units = {measure.name for measure in spec.measures if measure.kind is MeasureKind.UNITS}
    if any(name in units for one in spec.relations for name in (one.total, *one.parts)):
        root.refuse("distinct units do not add up", "Leave them out of relations.")
