"""``hub peers ask``: records of another hub, for the codes or the batch of a case, with the proof beside them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from agreements.peers.question import Question
from catalog.errors import NotPermitted, OutOfStep
from catalog.files import write_whole
from hub.cli import common
from hub.cli.exchange import parts

if TYPE_CHECKING:
    from hub.peering.peer_asking import Asked

_OK, _FORBIDDEN = 200, 403


@click.command(name="ask")
@click.argument("uscc")
@click.argument("register")
@click.option("--case", required=True, help="Number of the case 案号。")
@click.option("--statement", required=True, help="Why, in words 用途说明。")
@click.option("--key", default="trace_code", show_default=True, help="Field that is looked up 查询字段。")
@click.option("--value", "values", multiple=True, help="What it holds, for example a trace code 查询值。")
@click.option("--batch", default="", help="Serial or batch number, with --producer 批次号。")
@click.option("--producer", default="", metavar="USCC", help="Its producer's code 生产单位。")
@click.option("--fields", default="", metavar="A,B", help="Fields; none: what agencies share 字段。")
@click.option(
    "--to", "folder", required=True, type=click.Path(file_okay=False, path_type=Path), help="New folder 目录。"
)
@common.by_option
@common.json_option
def ask_command(uscc: str, register: str, folder: Path, by: str | None, as_json: bool, **said: Any) -> None:
    """Ask a peer for records (SM05). 向外省枢纽查询记录。

    \b
    The folder gets question.json, answer.json and receipt.json, which prove each other:
      hub peers ask 11330000005000042R traceability --case 鲁市监案〔2026〕1号 --statement 跨省协查 \\
        --value 06901234567892 --fields trace_code,product_name,buyer_name --to asked --by wang
      hub receipts verify asked/receipt.json --asked asked/question.json --answered asked/answer.json
    """
    from hub.peering import peer_asking, peer_client
    from hub.peering.peer_station import station_of

    if folder.exists():
        raise OutOfStep(f"'{folder}' is there already.", todo="Name a new folder.")
    made = parts()
    fields = tuple(filter(None, said.pop("fields").split(",")))
    if said["batch"]:
        said |= {"key": "", "values": ()}
    question = Question(register, common.operator(by), fields=fields, **said)
    asked = peer_asking.ask(station_of(made, common.settings()), uscc, question, made.clock.now, peer_client.send)
    _keep(folder, asked)
    _tell(folder, asked, as_json)


def _keep(folder: Path, asked: Asked) -> None:
    """The bodies hold what was asked for: nobody else may read them."""
    folder.mkdir(mode=0o700, parents=True)
    for name, raw in (
        ("question", asked.question),
        ("answer", asked.answer),
        ("receipt", asked.receipt.body.encode()),
    ):
        write_whole(folder / f"{name}.json", raw)


def _tell(folder: Path, asked: Asked, as_json: bool) -> None:
    told = asked.told
    facts: dict[str, Any] = {
        name: told[name] for name in ("register", "clause", "count", "mark", "refused") if name in told
    }
    if as_json:
        common.show_json({"question": asked.number, "status": asked.status, **facts, "receipt": asked.receipt.digest})
    if asked.status == _OK:
        if not as_json:
            click.echo(f"{asked.number}: {facts['count']} records ({facts['clause']}), in {folder}.")
        return
    kind = NotPermitted if asked.status == _FORBIDDEN else OutOfStep
    clause = f" ({facts['clause']})" if "clause" in facts else ""
    raise kind(
        f"The peer refused: {facts.get('refused', asked.status)}{clause}.",
        left=f"Its signed refusal is in {folder}.",
        todo="See docs/sharing.md.",
    )
