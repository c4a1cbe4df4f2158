"""Disclosure control of tables: what may be told of few, and proof that nothing else can be worked out.

Two functions are the public door and are kept stable: ``protect(table, spec) -> Protected`` and
``audit(protected) -> Findings``. ``docs/disclosure.md`` explains specification, methods and sources.
"""

from desensitise.disclosure.protect import audit, protect
from desensitise.disclosure.result import Protected
from desensitise.disclosure.spec import TableSpec
from desensitise.disclosure.spec_reading import parse_spec

__all__ = ["Protected", "TableSpec", "audit", "parse_spec", "protect"]
