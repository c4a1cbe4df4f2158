"""The proofs of an aggregate's table, kept beside what it told; ``hub replay`` checks them anew."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from catalog.files import write_whole

if TYPE_CHECKING:
    from desensitise.disclosure import Protected

SUFFIX = ".proof.arrow"


def proof_beside(told: Path) -> Path:
    """Where the proofs lie of a table whose edition lies at ``told``."""
    return told.with_name(f"{told.stem}{SUFFIX}")


def write_proofs(protected: Protected, told: Path) -> None:
    """Write the proofs of a table whose figures are withheld; perturbed and rounded ones have none."""
    from desensitise.disclosure.claim import to_bytes
    from desensitise.disclosure.result import certificate_of

    if protected.pattern is not None:
        write_whole(proof_beside(told), to_bytes(certificate_of(protected)))


def move_proofs(told: Path, target: Path) -> None:
    """Take the proofs along when an edition is moved to its place; before it, for the edition is what is asked for."""
    if proof_beside(told).exists():
        target.parent.mkdir(exist_ok=True, parents=True, mode=0o700)
        proof_beside(told).replace(proof_beside(target))


def drop_proofs(told: Path) -> None:
    """The edition is not needed, and neither are its proofs."""
    proof_beside(told).unlink(missing_ok=True)
