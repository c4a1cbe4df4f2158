"""SQL as text: names and values written safely, and the one kind of statement that a declaration may hold."""

from __future__ import annotations

import re

from catalog.errors import DeclarationError, SourceError

# What may hold a semicolon or a keyword without meaning it: comments, texts, quoted names, dollar quotes.
_OPAQUE = re.compile(
    r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\$([A-Za-z_]\w*)?\$.*?\$(?:\1)?\$",
    re.DOTALL,
)
_WRITES = frozenset({"insert", "update", "delete", "merge", "into"})
_TODO = "Correct the query of the declaration: one SELECT (or WITH … SELECT) that reads and nothing else."


def one_select(query: str) -> str:
    """The query without comments and semicolon; ``DeclarationError`` unless it is one SELECT that writes nothing.

    This is the second lock: the session is read-only too. It refuses rather than guesses, so nested comments and
    texts with backslash escapes, which the databases read in different ways, are refused as well.
    """
    if any("/*" in found.group()[2:] for found in _OPAQUE.finditer(query) if found.group().startswith("/*")):
        raise DeclarationError("The query of a source holds nested comments.", todo=_TODO)
    if re.search(r"(?i)\be'[^']*\\", query):
        raise DeclarationError("The query of a source holds a text with backslash escapes.", todo=_TODO)
    bare = _OPAQUE.sub(" ", query).strip()
    if any(mark in bare for mark in ("'", '"', "/*", "*/", "$$", "\0")):
        raise DeclarationError("The query of a source does not close a quote or comment.", todo=_TODO)
    if ";" in bare.removesuffix(";") or not _balanced(bare):
        raise DeclarationError("The query of a source is more than one statement.", todo=_TODO)
    words = re.findall(r"[a-z_][a-z0-9_]*", bare.lower())
    if not words or words[0] not in {"select", "with"} or _WRITES.intersection(words):
        raise DeclarationError("The query of a source is not a plain SELECT.", todo=_TODO)
    kept = _OPAQUE.sub(lambda m: " " if m.group().startswith(("--", "/*")) else m.group(), query)
    return kept.strip().removesuffix(";")


def _balanced(bare: str) -> bool:
    """Whether no bracket closes before it opens: such a query would step out of the brackets put around it."""
    depth = 0
    for sign in re.findall(r"[()]", bare):
        depth += 1 if sign == "(" else -1
        if depth < 0:
            return False
    return depth == 0


def name(identifier: str) -> str:
    """A quoted identifier. Both databases double the quotation mark inside."""
    if not identifier or "\0" in identifier:
        raise DeclarationError("A table or column of a source has an empty or impossible name.")
    return '"' + identifier.replace('"', '""') + '"'


def table(dotted: str) -> str:
    """A quoted table name, with its schema where ``schema.table`` is given."""
    return ".".join(name(part) for part in dotted.split("."))


def text(value: str) -> str:
    """A quoted text, as standard SQL writes it (PostgreSQL with ``standard_conforming_strings``, SQLite always)."""
    if "\0" in value:
        raise SourceError("A key of a source holds a zero byte and cannot be asked for.")
    return "'" + value.replace("'", "''") + "'"
