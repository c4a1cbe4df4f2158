"""The second half of a run: from finished units to a sealed release.

Nothing here is visible to readers. Files are made in the work folder, looked at by the gate, renamed into the release
store as one folder, and only then does the release stand in the database and the ledger.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from catalog.check import Tally
from catalog.errors import UnsafeRelease
from catalog.files import into_place, load_batches
from catalog.findings import Findings
from catalog.model import Dataset
from catalog.pack.pack import PackFacts, pack
from catalog.quality import Outside, Quality, Share, evaluate
from catalog.release import Changes, Provenance, Release
from catalog.rows import Raw
from desensitise.gate import assess
from desensitise.mark import Profile, issue
from desensitise.parts import save as save_safe
from exporters.products import product_of
from hub.code import code_digest
from hub.db.engine import reading, writing
from hub.job.accessible import accessible
from hub.job.extract import layers_of, moment_of
from hub.job.gate_cost import timed
from hub.job.policies import policy_for
from hub.job.proofs import drop_proofs, move_proofs, write_proofs
from hub.job.records import FINAL, protect_records
from hub.job.same_noise import told_again
from hub.job.told import Fresh, archive_of, path_of, spend_of, write
from hub.job.unchanged import same, stands
from hub.layers import Layer, PartFile, changes, present, references
from hub.ledger.store import checkpoint
from hub.marking import copies, marks
from hub.marking.kept import Kept, keep
from hub.marking.marks import Entry
from hub.parts import Parts
from hub.state import known, releases, runs
from hub.state.releases import Sealed
from hub.state.runs import PartRow, Run


@dataclass(frozen=True, slots=True)
class Result:
    """What sealing came to: a release, new or unchanged, and what the run has to tell."""

    release: Release
    unchanged: bool
    report: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is known of a release before its files are made."""

    layers: list[Layer]
    tally: Tally
    quality: Quality
    held_back: Mapping[str, int]
    changes: Changes
    as_of: datetime
    input: str
    risk: Mapping[str, object] | None = None
    told: Fresh | None = None


def seal(dataset: Dataset, run: Run, base: tuple[str, ...], parts: Parts) -> Result:
    """Pack, assess and seal; raises UnsafeRelease when findings block, and then no file is left."""
    facts = _facts(dataset, run, base, parts)
    with reading(parts.engine) as connection:
        version = releases.next_version(connection, dataset.id)
        earlier = releases.releases_of(connection, dataset.id)
    folder = parts.work / run.id
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    profile = copies.profile_for(dataset, parts)
    kept = _kept(dataset, facts, run, profile, parts)
    report: dict[str, object] = {"quality": json.loads(facts.quality.to_json()), "rows_read": facts.tally.rows_read}
    if facts.risk is not None:
        report["record_risk"] = facts.risk
    if earlier and stands(earlier[0], dataset, kept):
        return _unchanged(earlier[0], facts, kept, folder, report)
    entry = copies.opened(dataset, version, kept, profile, parts)
    made = _pack(dataset, facts, kept, entry, folder, parts)
    findings, spent = timed(lambda: assess(folder, copies.shown(dataset, profile)))
    if findings.blocking:
        shutil.rmtree(folder)
        raise _refusal(dataset, findings)
    report |= {"cells_scanned": findings.scanned, "gate_cpu_seconds": round(spent, 3)}
    _refuse_what_was_taken_down(dataset, made, earlier, folder)
    if earlier and same(earlier[0], made, kept, parts):
        return _unchanged(earlier[0], facts, kept, folder, report)
    into_place(kept.path, copies.kept_path(dataset.id, version, parts))
    if facts.told is not None:
        move_proofs(facts.told.path, path_of(dataset.id, version, parts))
        into_place(facts.told.path, path_of(dataset.id, version, parts))
    into_place(folder, parts.releases / dataset.id / str(version))
    state = "awaiting" if dataset.approval == "second-person" or _shrunk(made, earlier) else "sealed"
    with writing(parts.engine) as connection:
        now = parts.clock.now()
        marks.close(connection, entry.copy.number, copies.output_of(made.resources), now)
        releases.seal(connection, run, made, state, now, facts.told.sha256 if facts.told else "")
        if facts.told is not None:
            facts.told.enter(connection, dataset.id, version, now)
        # The release is provable from its first moment, and its proof never changes.
        checkpoint(connection, parts.signer, now)
    return Result(made, unchanged=False, report=report)


def _unchanged(latest: Sealed, facts: _Facts, kept: Kept, folder: Path, report: Mapping[str, object]) -> Result:
    """Nothing that was made stays."""
    shutil.rmtree(folder)
    shutil.rmtree(kept.path)
    if facts.told is not None:
        facts.told.path.unlink()
        drop_proofs(facts.told.path)
    return Result(latest.release, unchanged=True, report=report)


def _facts(dataset: Dataset, run: Run, base: tuple[str, ...], parts: Parts) -> _Facts:
    layers = layers_of(base, parts)
    manifest = _manifest(base, parts)
    tally = sum((Tally.from_json(row.tally) for row in manifest), Tally())
    held_back = {"quarantined": tally.rows_read - tally.rows_kept}
    risk: Mapping[str, object] | None = None
    fresh: Fresh | None = None
    if product_of(dataset).aggregates:
        layer, withheld, fresh = _finished_table(dataset, layers, run, parts)
        layers = [layer]
        held_back["small cells"] = withheld
    else:
        kept = sum(row.rows_kept for row in manifest)
        held_back["not for this audience or withdrawn"] = tally.rows_kept - kept
        held_back["replaced by a later record"] = kept - present(layers)
    linked = _linked(layers)
    if dataset.risk is not None:
        protected = protect_records(dataset, layers, policy_for(dataset, parts), run, parts)
        layers, risk = [protected.layer], protected.report
        held_back["could be told apart"] = protected.suppressed
    high = run.plan.high_water
    as_of = (moment_of(high, run) if high else None) or datetime.fromisoformat(run.started_at)
    access = accessible(dataset, parts)
    outside = Outside(linked=linked, reached=access.reached, usable=access.usable)
    return _Facts(
        layers=layers,
        tally=tally,
        quality=evaluate(
            tally, total_at_source=run.plan.total, as_of=as_of, frequency=dataset.frequency, outside=outside
        ),
        held_back={reason: count for reason, count in held_back.items() if count},
        changes=_changes(dataset, layers, parts),
        as_of=as_of,
        input=_input_digest(tally, run),
        risk=risk,
        told=fresh,
    )


def _input_digest(tally: Tally, run: Run) -> str:
    """SHA-256 of what the source gave: how many rows up to where, and what the check found in them."""
    return hashlib.sha256(json.dumps([run.plan.total, str(run.plan.high_water), tally.to_json()]).encode()).hexdigest()


def _linked(layers: list[Layer]) -> Share | None:
    """References that resolve: records named as superseded that the source really held."""
    resolved, named = references(layers)
    return Share(resolved, named) if named else None


def _manifest(base: tuple[str, ...], parts: Parts) -> list[PartRow]:
    with reading(parts.engine) as connection:
        return [row for run_id in base for row in runs.parts_of(connection, run_id)]


def _finished_table(dataset: Dataset, layers: list[Layer], run: Run, parts: Parts) -> tuple[Layer, int, Fresh]:
    """Add up the partial sums, protect the tables made of them, and keep the result as a part like any other.

    The tables are protected together with all that earlier releases of the source told; what they tell is kept too.
    """
    # Its solver is loaded for aggregates only.
    from desensitise.disclosure.release import release_table

    combine = product_of(dataset).combine
    assert combine is not None  # noqa: S101 - asked for aggregating products only
    partials = (Raw(batch) for layer in layers for part in layer.parts for batch in load_batches(part.path))
    whole = combine(partials, dataset)
    archive, path = archive_of(dataset, parts), parts.parts / run.id / FINAL
    policy = policy_for(dataset, parts)
    if (again := told_again(whole, dataset, policy, archive, path, parts)) is not None:
        return Layer(run.id, (again[0],)), 0, again[1]
    spend = spend_of(dataset, parts)
    finish = product_of(dataset).finish
    released = release_table(whole, dataset, policy, parts.small_cell, past=archive, finish=finish)
    saved = save_safe([released.safe], path)
    fresh = write(released.edition, archive, path.with_name("told.arrow"), spend)
    write_proofs(released.protected, fresh.path)
    return Layer(run.id, (PartFile(path, saved.sha256, saved.rows),)), released.withheld, fresh


def _changes(dataset: Dataset, layers: list[Layer], parts: Parts) -> Changes:
    """Compared with what the last released run stood for, where its parts are still there."""
    with reading(parts.engine) as connection:
        before = known.known_of(connection, dataset.id)
    if before is None:
        return changes([], layers)
    if product_of(dataset).aggregates or dataset.risk is not None:
        path = parts.parts / before.base_runs[-1] / FINAL
        return changes([Layer(before.base_runs[-1], (PartFile(path, "", 0),))] if path.exists() else [], layers)
    earlier = layers_of(before.base_runs, parts)
    there = all(part.path.exists() for layer in earlier for part in layer.parts)
    return changes(earlier if there else [], layers)


def _kept(dataset: Dataset, facts: _Facts, run: Run, profile: Profile, parts: Parts) -> Kept:
    """The release's rows before marks."""
    policy = policy_for(dataset, parts).digest
    return keep(facts.layers, parts.parts / run.id / "unmarked", policy, profile)


def _pack(dataset: Dataset, facts: _Facts, kept: Kept, entry: Entry, folder: Path, parts: Parts) -> Release:
    version = entry.copy.version
    # Of the rows and not of the parts that they came in: how a run is cut into units is no fact of a release.
    issued = issue(dataset, version, kept.content)
    provenance = Provenance(code_digest(), dataset.digest, kept.policy, facts.input, kept.content, kept.facts)
    pack_facts = PackFacts(
        version=version,
        as_of=facts.as_of,
        changes=facts.changes,
        quality=facts.quality.scores(),
        held_back=facts.held_back,
        mark=issued.id,
        risk=facts.risk,
        provenance=provenance,
        base_url=parts.base_url,
        copy=copies.file_token_of(entry, parts),
        progress=lambda done: parts.steps(f"{dataset.id} · pack", done, max(done, kept.rows)),
    )
    marked = copies.rows_of(dataset, kept, entry, issued.id, parts)
    resources = pack(copies.shown(dataset, entry.profile), marked, folder, pack_facts)
    return Release(
        dataset=dataset.id,
        version=version,
        rows=next(r.rows or 0 for r in resources if r.format == "csv"),
        as_of=facts.as_of,
        resources=resources,
        changes=facts.changes,
        provenance=provenance,
        quality=pack_facts.quality,
        held_back=facts.held_back,
        mark=issued.id,
        risk=facts.risk,
    )


def _shrunk(made: Release, earlier: list[Sealed]) -> bool:
    """Less than half of what readers have now is more often an accident at the source than the truth."""
    current = next((sealed.release.rows for sealed in earlier if sealed.state == "current"), 0)
    return made.rows * 2 < current


def _refuse_what_was_taken_down(dataset: Dataset, made: Release, earlier: list[Sealed], folder: Path) -> None:
    """A withdrawn or returned release must not come back by the next scheduled run."""
    for sealed in earlier:
        taken_down = sealed.state in {"withdrawn", "returned"}
        if taken_down and sealed.release.provenance.content == made.provenance.content:
            shutil.rmtree(folder)
            raise UnsafeRelease(
                f"{dataset.id}: the content equals version {sealed.release.version}, which was {sealed.state}.",
                left="Nothing was released.",
                todo="Correct the source or the declaration; the next run with other content will be released.",
            )


def _refusal(dataset: Dataset, findings: Findings) -> UnsafeRelease:
    told = "; ".join(f"{f.rule} in {f.column} ({f.place}): {f.count}" for f in findings.blocking[:5])
    return UnsafeRelease(
        f"{dataset.id}: the release gate found {len(findings.blocking)} kinds of unsafe content: {told}.",
        left="Nothing was released; readers see the version before.",
        todo="Correct the declaration's treatments or the source, then run again.",
    )
