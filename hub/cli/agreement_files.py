"""``hub agreements text|sign|certificate|certify|download|verify``: what is signed, and the files that prove it."""

from __future__ import annotations

import base64
from datetime import datetime
from pathlib import Path

import click

from agreements import concluding, ending, keys
from agreements.acting import actor_of
from agreements.agreement import Agreement
from agreements.desk import Desk
from agreements.envelope import check_envelope, envelope_of, fingerprint
from agreements.keys import PartyKey
from agreements.moving import agreement_of
from catalog.errors import OutOfStep, SettingsError
from catalog.files import write_whole
from hub.cli import common
from hub.cli.exchange import do, looking, move, plain, said
from hub.papers.agreement_files import WRITERS, envelope_in, verify_file

_KEY = click.option(
    "--key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Private key in PEM; it is only read. 私钥文件。",
)
_SIGNATURE = click.option(
    "--signature",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Signature made elsewhere (openssl, token), binary. 已有签名文件。",
)
_KEY_ID = click.option("--key-id", metavar="HEX", help="Which key made it; with --signature. 公钥标识。")


def _text(found: Agreement) -> str:
    if not found.text:
        raise OutOfStep("There is no text to sign before the application was approved.", todo="Have it decided.")
    return found.text


@click.command(name="text")
@click.argument("number")
def text_command(number: str) -> None:
    """Print the exact text that both sides sign (RFC 8785, no line end). 待签文本。

    \b
    Examples:
      hub agreements text 2026-0001 > text
      openssl pkeyutl -sign -inkey ed25519.pem -rawin -in text -out signature
      openssl dgst -sm3 -sign sm2.pem -sigopt distid:1234567812345678 -out signature text
    """
    with looking() as desk:
        click.echo(_text(agreement_of(desk, number)), nl=False)


def _signature(text: str, key: Path | None, signature: Path | None, key_id: str | None) -> tuple[str, str]:
    """The key's id and the signature in base64, made here or elsewhere."""
    if key is not None and signature is None and key_id is None:
        _, found, value = keys.sign(key.read_text(encoding="utf-8"), text.encode())
        return found, value
    if key is None and signature is not None and key_id is not None:
        return key_id, base64.b64encode(signature.read_bytes()).decode()
    raise SettingsError("Give --key, or --signature with --key-id.", todo="See the command's --help.")


@click.command(name="sign")
@click.argument("number")
@_KEY
@_SIGNATURE
@_KEY_ID
@common.by_option
@common.json_option
def sign_command(
    number: str, key: Path | None, signature: Path | None, key_id: str | None, by: str | None, as_json: bool
) -> None:
    """Sign for one's own party; the second side's signature brings the agreement into force. 签署。

    \b
    Examples:
      hub agreements sign 2026-0001 --key private.pem --by chen
      hub agreements sign 2026-0001 --signature signature --key-id 3f5a… --by chen
    """

    def step(desk: Desk) -> Agreement:
        text = _text(agreement_of(desk, number))
        return concluding.sign(desk, move(number, by), *_signature(text, key, signature, key_id))

    found = do(step)
    said(found, as_json, f"{found.id} {found.state}: {len(found.signatures)} of 2 signatures.")


_DAY = click.option(
    "--on", "day", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Day of destruction. 销毁日期。"
)
_METHOD = click.option("--method", required=True, help="How the data was destroyed. 销毁方式。")


@click.command(name="certificate")
@click.argument("number")
@_DAY
@_METHOD
def certificate_command(number: str, day: datetime, method: str) -> None:
    """Print the destruction certificate that the recipient signs. 销毁证明文本。"""
    with looking() as desk:
        click.echo(ending.certificate_text(agreement_of(desk, number), day.date(), method), nl=False)


@click.command(name="certify")
@click.argument("number")
@_DAY
@_METHOD
@_KEY
@_SIGNATURE
@_KEY_ID
@common.by_option
@common.json_option
def certify_command(
    number: str,
    day: datetime,
    method: str,
    key: Path | None,
    signature: Path | None,
    key_id: str | None,
    by: str | None,
    as_json: bool,
) -> None:
    """Hand in the signed certificate that all data was destroyed. 提交销毁证明。

    \b
    Example:
      hub agreements certify 2026-0001 --on 2027-02-01 --method "disks wiped" --key private.pem --by chen
    """

    def step(desk: Desk) -> Agreement:
        text = ending.certificate_text(agreement_of(desk, number), day.date(), method)
        return ending.certify(desk, move(number, by, method), day.date(), *_signature(text, key, signature, key_id))

    found = do(step)
    said(found, as_json, f"{found.id} {found.state}.")


@click.command(name="download")
@click.argument("number")
@click.option("--format", "kind", type=click.Choice(sorted(WRITERS)), help="Default: as FILE ends, else pdf. 格式。")
@click.option(
    "--to", "target", type=click.Path(dir_okay=False, path_type=Path), help="Default: NUMBER.FORMAT. 文件名。"
)
@common.by_option
def download_command(number: str, kind: str | None, target: Path | None, by: str | None) -> None:
    """Write an agreement in force as PDF, XLSX or JSON; each carries its signatures. 下载协议。"""
    with looking() as desk:
        actor_of(desk, common.operator(by))
        found = agreement_of(desk, number)
        keys_of = {key.id: key for key in desk.find(PartyKey)}
    if len(found.signatures) < 2:
        raise OutOfStep("The agreement is not signed by both sides yet.", todo="See `hub agreements show`.")
    ending = target.suffix.removeprefix(".").lower() if target else ""
    kind = kind or (ending if ending in WRITERS else "pdf")
    path = target or Path(f"{number}.{kind}")
    write_whole(path, WRITERS[kind](check_envelope(envelope_of(found, keys_of))))
    click.echo(str(path))


@click.command(name="verify")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--trust", "trusted", multiple=True, metavar="HEX", help="Key ids known from elsewhere. 已知公钥标识。")
@click.option("--text", "only_text", is_flag=True, help="Print the signed text itself. 输出签署文本。")
@common.json_option
def verify_command(path: Path, trusted: tuple[str, ...], only_text: bool, as_json: bool) -> None:
    """Prove an agreement's PDF, XLSX or JSON, offline and without a hub. 离线验证协议。

    \b
    Examples:
      hub agreements verify 2026-0001.pdf
      hub agreements verify 2026-0001.xlsx --trust 3f5a… --trust 90c1…
    """
    known = {one.replace(" ", "").lower() for one in trusted}
    if only_text:
        click.echo(check_envelope(envelope_in(path), known).envelope.text, nl=False)
        return
    proven = verify_file(path, known)
    envelope = proven.checked.envelope
    if as_json:
        signatures = [plain(one) | {"trusted": proven.checked.trusted[one.key]} for one in envelope.signatures]
        common.show_json(
            {"number": envelope.number, "sha256": envelope.sha256, "shown": proven.shown, "signatures": signatures}
        )
        return
    click.echo(f"{path.name}: agreement 协议 {envelope.number} is genuine 真实 · SHA-256 {envelope.sha256}")
    for one in envelope.signatures:
        mark = "trusted 已知" if proven.checked.trusted[one.key] else "compare 请核对"
        click.echo(f"  {one.party} · {one.algorithm} · {one.at}\n  key 公钥 ({mark}) {fingerprint(one.key)}")
    if proven.shown == "same text":
        click.echo(
            "  The file was saved by another program; its text is the signed one. 文件经其他程序另存，文本一致。"
        )


FILE_COMMANDS = (
    text_command,
    sign_command,
    certificate_command,
    certify_command,
    download_command,
    verify_command,
)
