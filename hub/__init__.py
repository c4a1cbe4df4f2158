"""Composition: settings, pipeline, ledger, scheduler and commands. Nothing imports this package.

Being the process, it also says how the process uses memory: before anything large is loaded.
"""

import gc as _gc
import os as _os

# Arrow gives free memory back after ten milliseconds and asks for it anew with the next batch, page by page.
_os.environ.setdefault("MIMALLOC_PURGE_DELAY", "10000")
# What is loaded stays: looking through all of it after every few hundred objects costs a run a third of a second.
_gc.set_threshold(50_000, 20, 50)
