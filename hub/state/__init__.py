"""What the hub remembers of runs and releases, and the only code that changes it.

Every change of state takes its ledger event in the same transaction (law 4), so functions take an open connection.
"""
