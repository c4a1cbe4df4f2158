"""Rules of supervision as derivations: pure functions from declared source tables and a rule set to a declared product.

``tables`` says what may go in, ``accept`` is the door, ``book`` reads a versioned rule set; each derivation stands in a
folder of its own with its ``rules.toml``. No derivation guesses: a record whose inputs are unknown, missing or
contradictory stays where it is and is told under ``undecided``.
"""
