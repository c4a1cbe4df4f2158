"""A portal's life in steps. Run as a program, each step is told in forked children, one for every effect on the disk;
a child kills itself at its effect, and the last one lives to hand the site to the next step:

    python -m tests.unit.catalog.folder_story FOLDER

``FOLDER/killed-<step>-<effect>`` are the sites of the dead, ``FOLDER/whole-<step>`` those of the living.
"""

import os
import shutil
import signal
import sys
from pathlib import Path

from catalog.folder import FolderPortal
from tests.factories import a_dataset
from tests.unit.catalog.folder_factories import NOON, an_edition

EFFECTS = ("mkdir", "rename", "replace", "unlink", "rmdir")
OTHER = a_dataset(id="other")


def describe(editions, base_url):
    lines = [f"{e.release.name} {file.name}\n" for e in editions for file in e.release.resources]
    return {"catalog.ttl": "".join(lines).encode()}


def steps(made):
    """Two versions of one dataset, another dataset, a withdrawal of each kind."""
    first = an_edition(made, 1)
    second = an_edition(made, 2, earlier=(first.release,))
    other = an_edition(made, 1, dataset=OTHER)
    publishing = [(name, (edition,)) for edition in (first, other, second) for name in ("stage", "switch")]
    withdrawing = [(first.dataset, (1,), second, "第一版有误"), (OTHER, (1,), None, "误发")]
    return [*publishing, *(("withdraw", facts) for facts in withdrawing)]


def tell(site, step):
    """One step on a site; what the portal answers."""
    name, facts = step
    return getattr(FolderPortal(site, describe=describe, clock=lambda: NOON, patience=0), name)(*facts)


def kill_at(effect):
    """Let this process die before its n-th effect. A kill loses nothing that was written, so nothing is synced."""
    left = [effect]

    def counted(real):
        def act(*args, **kwargs):
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **kwargs)

        return act

    os.fsync = lambda *_: None
    for name in EFFECTS:
        setattr(os, name, counted(getattr(os, name)))


def main(folder):
    """Kill every step at every effect until one child survives."""
    for step in steps(folder / "made"):
        tell(folder / "warm", step)  # templates are compiled once, here, and not again in each child
    before = None
    for number, step in enumerate(steps(folder / "made")):
        effect = 0
        while True:
            site = folder / f"killed-{number}-{effect}"
            if before is not None:
                shutil.copytree(before, site)
            child = os.fork()
            if child == 0:
                kill_at(effect)
                tell(site, step)
                os._exit(0)
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            if code != -signal.SIGKILL:
                break
            effect += 1
        before = folder / f"whole-{number}"
        site.rename(before)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
