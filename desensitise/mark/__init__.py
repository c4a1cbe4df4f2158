"""Marks: a whole file's identifier, and marks inside the rows that name who passed a copy on."""

from desensitise.mark.file import Mark, issue, mark

__all__ = ["Mark", "issue", "mark"]
