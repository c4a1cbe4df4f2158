"""``hub verify`` and ``hub ledger``: proofs that anyone can check."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, replace
from pathlib import Path

import click

from catalog.errors import ProofError, SettingsError
from catalog.files import sha256_of
from catalog.release import Release
from hub.cli import common
from hub.db.engine import reading, writing
from hub.ledger import audit, store
from hub.ledger.verify import VerifiedLeaf, check_proof
from hub.parts import assemble
from hub.state.releases import find_release


@click.command(name="verify")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--key", metavar="VKEY", help="The hub's public key, if you know it from elsewhere. 已知公钥。")
@common.json_option
def verify_command(path: Path, key: str | None, as_json: bool) -> None:
    """Prove a downloaded file, or a release's folder, against its release and the ledger, offline. 验证文件。

    Needs release.json and proof.json, which lie beside every published file; of a release in this hub's own store the
    ledger is asked. A copy marked for a download has bytes of
    its own: of a Parquet file it is proven then that it shows the release's official facts.

    \b
    Examples:
      hub verify grading.csv
      hub verify var/portal/datasets/grading/v1 --key "hub.example+1a2b3c4d+AQ..."
    """
    folder = path if path.is_dir() else path.parent
    release, leaf = _proven_release(folder, key)
    names = [r.name for r in release.resources] if path.is_dir() else [path.name]
    results = [{"file": name, "sha256": _check_file(folder / name, release)} for name in names]
    body = {
        "release": release.name,
        "entry": leaf.seq,
        "of": leaf.checkpoint.size,
        "files": results,
        "origin": leaf.checkpoint.origin,
    }
    if as_json:
        common.show_json(body)
        return
    for result in results:
        click.echo(f"{result['file']}: genuine 真实 · {release.name} · sha256 {result['sha256']}")
    click.echo(f"Ledger 账本: entry {leaf.seq} of {leaf.checkpoint.size}, signed by {leaf.checkpoint.origin}")
    if not leaf.trusted:
        click.echo(
            "The key came with the proof; compare it with one you trust, or give --key. 公钥随证明提供，请另行核对。"
        )


def _proven_release(folder: Path, key: str | None) -> tuple[Release, VerifiedLeaf]:
    """The release that the folder says it is, proven to stand in the ledger with exactly these digests."""
    try:
        release, proof = _in_the_store(folder.resolve()) or (
            Release.from_json((folder / "release.json").read_text(encoding="utf-8")),
            (folder / "proof.json").read_text(encoding="utf-8"),
        )
    except (OSError, ValueError, KeyError, TypeError):
        raise ProofError(
            "release.json and proof.json are missing or unreadable beside the file.",
            left="Nothing is proven.",
            todo="Download both from the dataset's page into the same folder.",
        ) from None
    leaf = check_proof(proof, key)
    body = leaf.data
    if leaf.kind != "release.sealed" or body.get("release") != hashlib.sha256(release.to_json().encode()).hexdigest():
        raise ProofError(
            "release.json says something else than the ledger.",
            left="Nothing is proven.",
            todo="Download the release again from the portal.",
        )
    return release, leaf


def _in_the_store(folder: Path) -> tuple[Release, str] | None:
    """A release and its proof from the ledger, where the folder is of this hub's store (all that shared data has)."""
    settings = common.settings()
    if folder.parent.parent != (settings.home / "releases").resolve() or not folder.name.isdecimal():
        return None
    parts = assemble(settings, "")
    with reading(parts.engine) as connection:
        sealed = find_release(connection, folder.parent.name, int(folder.name))
        return (sealed.release, store.proof_json(connection, sealed.leaf, parts.signer.verifier)) if sealed else None


def _check_file(path: Path, release: Release) -> str:
    expected = {resource.name: resource.sha256 for resource in release.resources}.get(path.name)
    if expected is None:
        raise ProofError(f"{path.name} is no file of {release.name}.", todo="Keep the file's original name.")
    if not path.exists():
        raise ProofError(f"{path.name} of {release.name} is missing.", todo="Download it again.")
    found = sha256_of(path)
    if found != expected and not _same_facts(path, release):
        raise ProofError(
            f"{path.name} is not what was released: its SHA-256 differs.",
            left="The file was changed, or it is a copy marked for a download, which has a SHA-256 of its own.",
            todo="Compare a marked copy with its Repr-Digest, or download the Parquet file, whose facts are checked.",
        )
    return found


def _same_facts(path: Path, release: Release) -> bool:
    """Whether a Parquet file is a copy that shows the release's official facts, marked for whomever."""
    if path.suffix != ".parquet" or not release.provenance.facts:
        return False
    import polars as pl

    from catalog.derive.published import RECORD_URI
    from desensitise.mark import Profile
    from desensitise.mark.facts import facts_digest

    try:
        return facts_digest([pl.read_parquet(path)], Profile("public", token=RECORD_URI)) == release.provenance.facts
    except (ProofError, OSError, pl.exceptions.PolarsError):
        return False


@click.group(name="ledger")
def ledger_group() -> None:
    """The append-only ledger of runs and releases. 账本。"""


@ledger_group.command(name="verify")
@common.json_option
def ledger_verify(as_json: bool) -> None:
    """Recompute the whole ledger and find anything changed, removed or inserted. 校验账本。

    Timestamps of checkpoints are checked too where HUB_TSA_ROOTS is set.
    """
    from hub.ledger import timestamps

    settings = common.settings()
    known = timestamps.authority(settings.tsa_url, settings.tsa_roots)
    parts = assemble(settings, "")
    with reading(parts.engine) as connection:
        report = audit.verify_ledger(connection, [parts.signer.verifier])
        if known is not None:
            report = replace(report, faults=report.faults + timestamps.faults(connection, known.roots))
    if as_json:
        common.show_json(
            {
                "holds": report.holds,
                "size": report.size,
                "signed": report.signed,
                "faults": [asdict(f) for f in report.faults],
            }
        )
    else:
        click.echo(
            f"{report.size} entries. " + ("All are as written. 完整无改动。" if report.holds else "TAMPERED 已被改动:")
        )
        for fault in report.faults:
            click.echo(f"  {fault.what}: {fault.place}")
    if not report.holds:
        raise SystemExit(ProofError.exit_code)


@ledger_group.command(name="checkpoint")
def ledger_checkpoint() -> None:
    """Sign and print the ledger's present head (C2SP tlog-checkpoint). 签名检查点。"""
    parts = assemble(common.settings(), "")
    with writing(parts.engine) as connection:
        click.echo(store.checkpoint(connection, parts.signer, parts.clock.now()), nl=False)


@ledger_group.command(name="timestamp")
@common.json_option
def ledger_timestamp(as_json: bool) -> None:
    """Have the ledger's head timestamped by the authority of HUB_TSA_URL (RFC 3161). 可信时间戳。

    `hub schedule` does this once a day. Nothing happens when the head has a timestamp already.

    \b
    Example:
      HUB_TSA_URL=http://tsa.example.org HUB_TSA_ROOTS=tsa-ca.pem hub ledger timestamp
    """
    from hub.ledger import timestamps

    settings = common.settings()
    known = timestamps.authority(settings.tsa_url, settings.tsa_roots)
    if known is None:
        raise SettingsError("No time-stamping authority is set.", todo="Set HUB_TSA_URL and HUB_TSA_ROOTS.")
    parts = assemble(settings, "")
    found = timestamps.take(parts.engine, parts.signer, parts.clock.now(), known)
    if as_json:
        common.show_json({"size": found.size, "at": found.at.isoformat()})
    else:
        click.echo(f"{found.size} entries were there at {found.at:%F %T} UTC, says the authority. 时间戳已保存。")


@ledger_group.command(name="key")
def ledger_key() -> None:
    """Print the public key to check proofs with. 公钥。"""
    click.echo(assemble(common.settings(), "").signer.vkey)


COMMANDS = (verify_command, ledger_group)
