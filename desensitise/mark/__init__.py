"""Marks: a whole file's identifier, and marks inside the rows that name who passed a copy on.

``embed`` marks the rows of one copy; ``identify`` names, from some rows found elsewhere, whose copy they came from,
with a bound on accusing an innocent. Neither needs a database or a network.
"""

from desensitise.keys import read_master
from desensitise.mark.embed import Registry, embed
from desensitise.mark.file import Mark, issue, marked
from desensitise.mark.identify import identify
from desensitise.mark.keys import Copy, CopyKeys, KeyService, MasterKeys, keys_of
from desensitise.mark.profile import Channel, Profile, profile_of
from desensitise.mark.verdict import Candidate, Named, Original, Verdict

__all__ = [
    "Candidate",
    "Channel",
    "Copy",
    "CopyKeys",
    "KeyService",
    "Mark",
    "MasterKeys",
    "Named",
    "Original",
    "Profile",
    "Registry",
    "Verdict",
    "embed",
    "identify",
    "issue",
    "keys_of",
    "marked",
    "profile_of",
    "read_master",
]
