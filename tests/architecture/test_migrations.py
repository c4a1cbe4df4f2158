"""Migrations form one chain: two with one number would leave one of them out without a word."""

from __future__ import annotations

import re
from itertools import pairwise

from hub.db.migrate import FOLDER


def test_every_migration_follows_the_one_before_it() -> None:
    found = []
    for path in sorted((FOLDER / "versions").glob("v[0-9]*.py")):
        text = path.read_text(encoding="utf-8")
        revision = re.search(r'^revision: Final = "(\d{4})"', text, re.MULTILINE)
        before = re.search(r'^down_revision: Final(?:\[None\])? = (?:"(\d{4})"|None)', text, re.MULTILINE)
        assert revision is not None, path.name
        assert before is not None, path.name
        assert path.name.startswith(f"v{revision[1]}_")
        found.append((revision[1], before[1]))
    assert found[0][1] is None
    assert [after for _, after in found[1:]] == [first for (first, _), _ in pairwise(found)]
