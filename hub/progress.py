"""How long work tells how far it is: a port with a silent and a drawn adapter."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich.console import Console


class Steps(Protocol):
    """Called once a unit or batch, never once a row."""

    def __call__(self, label: str, done: int, total: int) -> None:
        """``done`` of ``total`` pieces of the step called ``label`` are finished."""
        ...


def silent(label: str, done: int, total: int) -> None:
    """Says nothing."""


@contextmanager
def drawn(console: Console) -> Iterator[Steps]:
    """One bar a step on a terminal; nothing where output is piped."""
    # Nobody else pays for loading what draws.
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=28),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        tasks: dict[str, int] = {}

        def step(label: str, done: int, total: int) -> None:
            if label not in tasks:
                tasks[label] = progress.add_task(label, total=total)
            progress.update(tasks[label], completed=done, total=total)  # type: ignore[arg-type]

        yield step
