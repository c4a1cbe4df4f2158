"""Which of the declared datasets can be run, and why others cannot."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from catalog.datasets import Declared, read_all
from catalog.errors import DeclarationError
from exporters.open import demand_runnable


def runnable(folder: Path | None, names: Collection[str] = ()) -> Declared:
    """The declared datasets, or those named, and what was refused of them: one damaged declaration stops no other.

    DeclarationError for a name that is not declared; declarations that nobody asked for are not judged.
    """
    every = read_all(folder)
    known = {dataset.id: dataset for dataset in every.sound}
    if missing := sorted(set(names) - set(known)):
        raise _unknown(missing, every)
    sound, refused = [], [] if names else list(every.refused)
    for dataset in [known[name] for name in dict.fromkeys(names)] or every.sound:
        try:
            demand_runnable(dataset)
            sound.append(dataset)
        except DeclarationError as error:
            refused.append((dataset.id, error))
    return Declared(tuple(sound), tuple(refused))


def _unknown(missing: list[str], every: Declared) -> DeclarationError:
    names = ", ".join(dataset.id for dataset in every.sound)
    damaged = "".join(f" Not loaded: {why.happened}" for _, why in every.refused)
    return DeclarationError(
        f"No dataset is called {', '.join(missing)}.", left="Nothing was run.", todo=f"Declared are: {names}.{damaged}"
    )
