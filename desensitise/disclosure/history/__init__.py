"""What earlier releases told stays known: a new table is protected together with all that was told of its source.

A release of a source is an ``Edition``: the sums behind it and the figures that it told. ``joint`` sees all editions as
one table with a further dimension, so that whatever protects one table protects the whole year.
"""

from desensitise.disclosure.history.edition import Edition, Past, edition_of

__all__ = ["Edition", "Past", "edition_of"]
