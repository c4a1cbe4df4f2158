"""Reads shares with the real ``delta-sharing`` client, as standard input says, and prints what it saw as JSON."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import sys
from typing import Any

import delta_sharing
from delta_sharing.protocol import Table
from delta_sharing.rest_client import DataSharingRestClient
from requests import HTTPError


def seen(frame: Any) -> dict[str, Any]:
    """Columns, count and a digest of a frame's sorted rows."""
    rows = sorted(json.dumps(row, default=str, sort_keys=True) for row in frame.to_dict("records"))
    return {
        "columns": list(frame.columns),
        "rows": len(frame),
        "digest": hashlib.sha256("\n".join(rows).encode()).hexdigest(),
    }


def main() -> None:
    asked = json.load(sys.stdin)
    told: dict[str, Any] = {}
    # The client prints of its own accord.
    with contextlib.redirect_stdout(io.StringIO()):
        for name, step in asked.items():
            try:
                told[name] = ask(**step)
            except HTTPError as error:
                told[name] = {"status": error.response.status_code}
    print(json.dumps(told))


def ask(profile: str, table: str = "", how: str = "load", **options: Any) -> Any:
    url = f"{profile}#{table}"
    if how == "list":
        return sorted(
            f"{one.share}.{one.schema}.{one.name}" for one in delta_sharing.SharingClient(profile).list_all_tables()
        )
    if how == "version":
        return delta_sharing.get_table_version(url, **options)
    if how == "metadata":
        return delta_sharing.get_table_metadata(url, **options).num_files
    if how == "changes":
        frame = delta_sharing.load_table_changes_as_pandas(url, **options)
        counts = frame["_change_type"].value_counts().to_dict()
        return {**counts, "versions": sorted(set(map(int, frame["_commit_version"])))}
    if how == "links":
        client = DataSharingRestClient(delta_sharing.protocol.DeltaSharingProfile.read_from_file(profile))
        share, schema, name = table.split(".")
        found = client.list_files_in_table(Table(name, share, schema), **options)
        return [one.url for one in found.add_files]
    return seen(delta_sharing.load_as_pandas(url, **options))


if __name__ == "__main__":
    main()
