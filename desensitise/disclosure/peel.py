"""What rows give away by themselves: the quick look before any linear programme."""

from __future__ import annotations

from desensitise.disclosure.primary import Bools
from desensitise.disclosure.system import System


class Peel:
    """What a row gives away: a hidden cell that is alone in a row is computed at once, and may uncover the next."""

    def __init__(self, system: System, suppressed: Bools) -> None:
        self._system = system
        self._open = (suppressed | system.hidden) & ~system.fixed
        rows, self._rows = system.rows, system.by_column
        self._members = [
            rows.column[rows.start[row] : rows.start[row + 1]][
                self._open[rows.column[rows.start[row] : rows.start[row + 1]]]
            ].tolist()
            for row in range(len(rows))
        ]

    def uncovers(self, cells: list[int]) -> bool:
        """Whether a sensitive cell follows by itself, row after row, once these cells are known."""
        known, waiting = set(cells), list(cells)
        while waiting:
            cell = waiting.pop()
            for row in self._rows.column[self._rows.start[cell] : self._rows.start[cell + 1]].tolist():
                left = [one for one in self._members[row] if one not in known]
                if len(left) == 1:
                    if self._system.sensitive[left[0]]:
                        return True
                    known.add(left[0])
                    waiting.append(left[0])
        return False

    def give_back(self, cell: int) -> None:
        """The cell is published from here on."""
        for row in self._rows.column[self._rows.start[cell] : self._rows.start[cell + 1]].tolist():
            self._members[row].remove(cell)
