"""The append-only ledger: every event a leaf of a Merkle tree, every state of the tree signed by a checkpoint.

``merkle`` is the tree's arithmetic (RFC 6962, RFC 9162), ``note`` the signed checkpoints (C2SP signed-note and
tlog-checkpoint), ``keys`` the signing key's file, ``store`` appends and proves on the database, ``audit`` recomputes
the whole ledger, ``verify`` checks a proof far from it.
"""
