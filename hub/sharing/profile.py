"""Profile files, by which Delta Sharing clients know where to go and how to prove themselves."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from catalog.errors import SettingsError
from hub.clock import utc
from hub.db.engine import guarded

PATH = "/api/v1/delta-sharing"


def oauth_profile(address: str, client_id: str, secret: str) -> dict[str, object]:
    """A profile that fetches tokens by client credentials as it needs them; it lasts as long as the client."""
    return {
        "shareCredentialsVersion": 2,
        "type": "oauth_client_credentials",
        "endpoint": f"{address}{PATH}",
        "tokenEndpoint": f"{address}/oauth/token",
        "clientId": client_id,
        "clientSecret": secret,
        "scope": "share:read",
    }


def bearer_profile(address: str, token: str, ends: datetime) -> dict[str, object]:
    """A profile that holds one access token; it lasts as long as the token."""
    return {
        "shareCredentialsVersion": 1,
        "endpoint": f"{address}{PATH}",
        "bearerToken": token,
        "expirationTime": utc(ends).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def write_profile(path: Path, profile: Mapping[str, object]) -> None:
    """Write a profile that only its owner may read. SettingsError when the file is there already."""
    text = json.dumps(profile, indent=1) + "\n"
    with guarded():
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise SettingsError("The profile's file exists.", todo="Name another file, or remove it.") from None
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
