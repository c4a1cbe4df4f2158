"""``hub permissions``: who holds which role, and changing that by two people (SM07)."""

from __future__ import annotations

import click

from agreements import roles
from agreements.people import Assignment, Change, PermissionRequest
from agreements.permissions import ROLES, WORDS, Role
from hub.cli import common
from hub.cli.exchange import do, looking, plain, said


@click.group(name="permissions")
def permissions_group() -> None:
    """Roles, and requests to change them. 角色与权限变更审批。"""


@permissions_group.command(name="roles")
@common.json_option
def roles_command(as_json: bool) -> None:
    """What each role permits. 角色与权限表。"""
    rows = [(role, *WORDS[role], ", ".join(sorted(ROLES[role]))) for role in Role]
    if as_json:
        common.show_json({role: sorted(ROLES[role]) for role in Role})
        return
    common.show_table("Roles 角色", ("role 角色", "名称", "meaning", "permissions 权限"), rows)


@permissions_group.command(name="list")
@common.json_option
def list_command(as_json: bool) -> None:
    """Who holds what, and which requests wait. 角色分配与待审批申请。"""
    with looking() as desk:
        held = desk.find(Assignment, held="1")
        asked = desk.find(PermissionRequest, state="asked")
    if as_json:
        common.show_json({"held": [plain(one) for one in held], "asked": [plain(one) for one in asked]})
        return
    common.show_table(
        "Held 已分配",
        ("person 人员", "party 所属", "role 角色", "request 申请"),
        [(one.person, one.party, one.role, one.request) for one in held],
    )
    common.show_table(
        "Waiting 待审批",
        ("request 申请", "change 变更", "person 人员", "role 角色", "asked by 申请人", "reason 理由"),
        [(one.id, one.change, one.person, one.role, one.asked_by, one.reason) for one in asked],
    )


@permissions_group.command(name="request")
@click.argument("person")
@click.argument("role", type=click.Choice([one.value for one in Role]))
@click.option("--party", required=True, help="USCC of the person's party. 所属机构代码。")
@click.option("--reason", required=True, help="Why. 理由。")
@click.option("--take", is_flag=True, help="Take the role away instead. 收回角色。")
@common.by_option
@common.json_option
def request_command(person: str, role: str, party: str, reason: str, take: bool, by: str | None, as_json: bool) -> None:
    """Ask for a role to be given or taken; a second administrator approves. 申请权限变更。

    \b
    Example:
      hub permissions request wang operation --party 11370000005000018M --reason "new in the division" --by zhang
    """
    change = Change.TAKE if take else Change.GIVE
    asked = do(lambda desk: roles.request(desk, common.operator(by), person, party, Role(role), reason, change))
    said(asked, as_json, f"{asked.id} waits for a second administrator: hub permissions approve {asked.id}")


@permissions_group.command(name="approve")
@click.argument("request_id")
@click.option("--note", default="", help="A remark for the record. 备注。")
@common.by_option
@common.json_option
def approve_command(request_id: str, note: str, by: str | None, as_json: bool) -> None:
    """Approve a request, as neither who asked nor who gains. 审批。

    \b
    Example:
      hub permissions approve R000001 --by li
    """
    done = do(lambda desk: roles.approve(desk, common.operator(by), request_id, note))
    said(done, as_json, f"{done.id} is approved: {done.person} {done.change} {done.role}.")


@permissions_group.command(name="refuse")
@click.argument("request_id")
@click.option("--note", required=True, help="Why. 理由。")
@common.by_option
@common.json_option
def refuse_command(request_id: str, note: str, by: str | None, as_json: bool) -> None:
    """Refuse a request. 不予批准。"""
    done = do(lambda desk: roles.refuse(desk, common.operator(by), request_id, note))
    said(done, as_json, f"{done.id} is refused.")


COMMANDS = (permissions_group,)
