"""Roles over the API (SM07): one administrator asks for a change, another one approves or refuses it."""

from __future__ import annotations

from typing import Any

from agreements import roles
from agreements.people import Change, PermissionRequest
from agreements.permissions import Permission, Role
from hub.api.guard.asking import needs
from hub.api.process.context import here
from hub.api.shapes.exchange import NoteBody
from hub.api.shapes.permissions import PermissionBody, PermissionShape
from hub.api.wire.routes import Routes
from hub.state.exchange import desk, reading_desk

routes = Routes("permissions", "Roles and their changes 权限变更", "/api/v1/permissions")


@routes.route("", PermissionShape(many=True))
def requests() -> list[PermissionRequest]:
    """All requests, decided or not."""
    needs(Permission.PERMISSION_REQUEST)
    with reading_desk(here().parts.engine, here().now()) as found:
        return list(found.find(PermissionRequest))


@routes.route("", PermissionShape, method="POST", body=PermissionBody, status=201, problems=(409,))
def ask(said: dict[str, Any]) -> PermissionRequest:
    """Ask that a role be given to, or taken from, a person or machine."""
    who = needs(Permission.PERMISSION_REQUEST)
    role, change = Role(said["role"]), Change(said["change"])
    with desk(here().parts.engine, here().now()) as found:
        return roles.request(found, who.actor, said["person"], said["party"], role, said["reason"], change)


@routes.route("/<number>/approval", PermissionShape, method="POST", body=NoteBody, problems=(409,))
def approve(said: dict[str, str], number: str) -> PermissionRequest:
    """Approve, as neither who asked nor who gains by it; the role changes with it."""
    who = needs(Permission.PERMISSION_APPROVE)
    with desk(here().parts.engine, here().now()) as found:
        return roles.approve(found, who.actor, number[:120], said["note"])


@routes.route("/<number>/refusal", PermissionShape, method="POST", body=NoteBody, problems=(409,))
def refuse(said: dict[str, str], number: str) -> PermissionRequest:
    """Refuse."""
    who = needs(Permission.PERMISSION_APPROVE)
    with desk(here().parts.engine, here().now()) as found:
        return roles.refuse(found, who.actor, number[:120], said["note"])
