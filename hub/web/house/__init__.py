"""Pages for the bureau that runs the hub: cockpit, runs, quarantine, quality, schedules, parties, uses, ledger."""

from hub.web.house import cockpit, datasets, ledger, parties, quality, quarantine, risks, runs, uses
from hub.web.house.area import pages

__all__ = ["cockpit", "datasets", "ledger", "pages", "parties", "quality", "quarantine", "risks", "runs", "uses"]
