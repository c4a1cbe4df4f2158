"""The one error tree.

A branch says who must act, a class says how the command line ends. A message states what happened, what
state is left and what to do; it never holds a value of a record, only identifiers, rules and counts.
"""

from __future__ import annotations


class HubError(Exception):
    """Root of every error that a person should read. Shown as one line, without a traceback."""

    code = "hub-error"
    exit_code = 1
    retry = False

    def __init__(self, happened: str, *, left: str = "Nothing was changed.", todo: str = "") -> None:
        self.happened = happened
        self.left = left
        self.todo = todo
        super().__init__(" ".join(part for part in (happened, left, todo) if part))

    def leaving(self, left: str) -> HubError:
        """The same error where another state is left than its author could know."""
        return type(self)(self.happened, left=left, todo=self.todo)

    def __reduce__(self) -> tuple[object, ...]:
        """All three parts survive the way from a worker process."""
        return _rebuilt, (type(self), self.happened, self.left, self.todo)


def _rebuilt(kind: type[HubError], happened: str, left: str, todo: str) -> HubError:
    return kind(happened, left=left, todo=todo)


class DeclarationError(HubError):
    """A standard, dataset or setting is declared wrongly. The author of the declaration acts."""

    code = "declaration"
    exit_code = 3


class SettingsError(HubError):
    """A setting is unknown or malformed. The operator acts."""

    code = "settings"
    exit_code = 4


class SourceError(HubError):
    """A source is missing, unreachable or shaped wrongly. The operator acts."""

    code = "source"
    exit_code = 5


class SourceGone(SourceError):
    """A source went away midway. The same command can be run again and goes on where it stopped."""

    code = "source-gone"
    exit_code = 6
    retry = True


class SourceChanged(SourceGone):
    """What a source holds is no longer what was planned. The same command can be run again and begins anew."""

    code = "source-changed"
    exit_code = 14


class StorageError(HubError):
    """The hub's own disk or database cannot be written (full, read-only, locked). The operator acts."""

    code = "storage"
    exit_code = 7
    retry = True


class UnsafeRelease(HubError):
    """Findings block a release. The data steward acts; nothing was published."""

    code = "unsafe-release"
    exit_code = 8


class PortalError(HubError):
    """A portal refused, failed or shows something else than what was sent. The operator acts."""

    code = "portal"
    exit_code = 9
    retry = True


class ProofError(HubError):
    """A file, release or ledger does not prove what it claims."""

    code = "proof"
    exit_code = 10


class NotPermitted(HubError):
    """A person may not do this, for example approve their own release."""

    code = "not-permitted"
    exit_code = 11


class Busy(HubError):
    """Another process is at the same work. Nothing is lost; it can be tried later."""

    code = "busy"
    exit_code = 12
    retry = True


class OutOfStep(HubError):
    """An agreement, key or request is not in the state that this step starts from. Whoever asked looks at it first."""

    code = "out-of-step"
    exit_code = 13


class Unexpected(HubError):
    """A defect of the hub; the line names kind and place, never a library's message. Developers act."""

    code = "unexpected"
    exit_code = 70
