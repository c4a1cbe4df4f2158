"""The commands and where they live: a command's libraries are loaded when it is called, not when help is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

import click

from hub.cli.examples import with_examples

SECTIONS: Mapping[str, Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "Make releases 发布数据": {
            "sample": ("sample", "Invent a regulator's source database and a folder of spreadsheets."),
            "run": ("run", "Extract, check, desensitise, release and publish datasets."),
            "schedule": ("run", "Run datasets by their declared timetable until stopped, and tell each release."),
            "publish": ("run", "Go on with publishing a sealed release, for example after a portal was away."),
            "approve": ("govern", "Approve a release that awaits it, as a second person, and publish it."),
            "return": ("govern", "Return a release that awaits approval; it will not be published."),
            "withdraw": ("govern", "Take releases down for good and prove that they are gone."),
            "refresh": ("govern", "Make every page of the folder portal anew, for example after an upgrade."),
        },
        "Look 查看": {
            "datasets": ("look", "The declared datasets."),
            "releases": ("look", "Releases of all datasets or one, newest first."),
            "status": ("look", "The latest runs, of all datasets or those named, and where publishing stands."),
            "show": ("look", "A dataset's dictionary, a release's facts, or the records a run put into quarantine."),
            "settings": ("look", "Every setting, its present value and what it means; secrets stay hidden."),
            "mqa": ("look", "Score a published catalogue (catalog.jsonld) as data.europa.eu does."),
            "data-quality": ("data_quality", "Faults of records by source bureau: worst first, trend, corrections."),
        },
        "Prove and trace 核验与溯源": {
            "verify": (
                "prove",
                "Prove a downloaded file, or a release's folder, against its release and the ledger, offline.",
            ),
            "verify-record": (
                "identify",
                "Tell whether a record's address is the hub's, and its record current, superseded and unchanged.",
            ),
            "ledger": ("prove", "The append-only ledger of runs and releases."),
            "identify": (
                "identify",
                "Name whose marked copy the rows of FILES come from, with a bound on error; or check a report.",
            ),
            "keys": ("keys", "The key service of marks."),
        },
        "Protect a file 保护文件": {
            "scan": ("scan", "Search files for personal information and trade secrets."),
            "protect": (
                "protect",
                "Protect the table of FILE as SPEC asks, prove it safe, and write it with status flags.",
            ),
            "replay": ("replay", "Check the proofs of a protected table anew, without any solver."),
        },
        "Rules over the records 规则推导": {
            "derive": (
                "derive",
                "Work out levels, classes, tasks, sampling, area colours, gaps of traces or data quality.",
            ),
            "derived": (
                "derived",
                "Kept derivations: list, classes, levels, tasks, colours, outcomes, gaps … by what changed.",
            ),
            "colours": ("colour_map", "Show the area colours that readers have: the current release of area-colours."),
            "negative-list": ("negative_list", "The negative list of products: make it, ask it, feed platforms."),
            "tasks": ("tasks", "Supervision tasks of the year: give them out, plan, do, return."),
            "trace-chain": ("trace_chain", "Hash chains of trace records: later changes upstream are seen."),
        },
        "Risks and notices 风险与警示": {
            "risks": ("risks", "Risk monitoring: signals, assessment, tasks of territorial bureaus, reminders."),
            "notices": ("notices", "Consumer and risk notices, from draft to publication."),
        },
        "Exchange with others 共享交换": {
            "parties": ("parties", "Regulators, testing bodies, units, institutes, platforms and hubs."),
            "permissions": ("permissions", "Roles, and requests to change them."),
            "agreements": ("agreements", "Data-use agreements, from application to proof of destruction."),
            "tickets": ("uses", "Single-record queries that the data's owner authorises."),
            "uses": ("uses", "Records of use."),
            "cases": ("cases", "Suspected abuse, appeals and evidence."),
            "feedback": ("feedback", "Corrections of data and demands for unopened data."),
            "shares": ("shares", "What parties read by Delta Sharing."),
            "peers": ("peers", "Hubs of other provinces."),
            "receipts": ("peers", "Proof of what hubs said to each other."),
        },
        "Serve 服务": {
            "serve-web": ("serve", "Serve the pages for people, and the API beside them."),
            "serve": ("serve", "Answer the exchange API until stopped."),
            "serve-portal": ("serve", "Serve the folder portal: its pages, and each download marked."),
            "accounts": ("accounts", "People who sign in on the pages."),
            "clients": ("clients", "Programs that ask for tokens (OAuth 2)."),
            "sample-people": (
                "sample",
                "Found an invented exchange, and print a one-time link for each of its people.",
            ),
        },
    }
)
"""Section of help -> command -> module of ``hub.cli`` and the first sentence of the command's help."""

WHERE: Mapping[str, tuple[str, str]] = MappingProxyType(
    {name: at for one in SECTIONS.values() for name, at in one.items()}
)


class Commands(click.Group):
    """The group of all commands."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(WHERE)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in WHERE:
            return None
        held: tuple[click.Command, ...] = import_module(f"hub.cli.{WHERE[cmd_name][0]}").COMMANDS
        return with_examples(next(command for command in held if command.name == cmd_name), f"hub {cmd_name}")

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """As click does, but from the table."""
        del ctx
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name, said) for name, (_, said) in commands.items()], col_max=16)
