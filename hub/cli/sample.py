"""``hub sample``: an invented province to try everything on; ``hub sample-people``: people for its pages."""

from __future__ import annotations

from pathlib import Path
from shlex import quote

import click

from exporters.sample import invent
from exporters.sample.invent import province
from exporters.sample.registers import registers
from hub.cli import common
from hub.parts import assemble
from hub.progress import drawn
from hub.state.exchange import desk


@click.command(name="sample")
@click.option(
    "--rows", default=20_000, show_default=True, help="Trace records; other tables scale with them. 追溯记录数。"
)
@click.option("--seed", default=1, show_default=True, help="Equal seeds give equal databases. 随机种子。")
@click.option(
    "--database", metavar="URL", help="sqlite:/// or postgresql:// address; default: a file in HUB_HOME. 目标库。"
)
@click.option(
    "--drop-folder", type=click.Path(path_type=Path, file_okay=False), help="Where spreadsheets go. 表格目录。"
)
@common.json_option
def sample_command(rows: int, seed: int, database: str | None, drop_folder: Path | None, as_json: bool) -> None:
    """Invent a regulator's source database and a folder of spreadsheets. 生成样例省份。

    All people, firms and codes are invented; regions and industries are real codes. Some rows are dirty on purpose.

    \b
    Examples:
      hub sample
      hub sample --rows 1000000 --seed 7 --database postgresql://writer@localhost/province
    """
    home = common.settings().home / "sample"
    home.mkdir(parents=True, exist_ok=True)
    address = database or f"sqlite:///{home / 'province.sqlite'}"
    folder = drop_folder or home / "drop"
    with drawn(common.errors_console()) as steps:
        report = invent(address, rows, seed, drop_folder=folder, progress=steps)
        registers(province(rows, seed), home / "registers")
    if as_json:
        common.show_json(
            {"database": _without_password(address), "drop_folder": str(folder), "tables": dict(report.tables)}
        )
        return
    common.show_table("Sample province 样例省份", ("table 表", "rows 行数"), [(n, f"{c:,}") for n, c in report.tables])
    click.echo("To run the hub on it 使用方法:")
    click.echo(f"  export HUB_SOURCE={quote(_without_password(address))}")
    click.echo(f"  export HUB_DROP_FOLDER={quote(str(folder))}")
    click.echo(f"  export HUB_REGISTERS={quote(str(home / 'registers'))}")
    click.echo("  hub run")


@click.command(name="sample-people")
@common.json_option
def people_command(as_json: bool) -> None:
    """Found an invented exchange, and print a one-time link for each of its people. 生成样例机构与人员。

    A bureau, an institute, a platform and a county bureau with people of every role, to try the pages on; only what
    is missing is added. Refused in a house that another bureau runs.

    \b
    Example:
      hub sample-people && HUB_API_PLAIN_LOOPBACK=yes hub serve-web
    """
    from hub.invented_exchange import invent, links

    made = assemble(common.settings(), "sample")
    with desk(made.engine, made.clock.now()) as open_desk:
        people = invent(open_desk)
        made_links = links(open_desk, common.settings().api_address)
    rows = [(person, party, role.value, made_links.get(person, "")) for person, party, role in people]
    if as_json:
        common.show_json([dict(zip(("person", "party", "role", "link"), row, strict=True)) for row in rows])
        return
    for person, party, role, link in rows:
        click.echo(f"{person:16} {role:15} {party}\n    {link or 'has an account already 已有账号'}")


def _without_password(address: str) -> str:
    if address.startswith("sqlite"):
        return address
    from sqlalchemy.engine import make_url

    return make_url(address).render_as_string(hide_password=True)


COMMANDS = (sample_command, people_command)
