"""An attacker who holds every release of a year, and pools what ten recipients were given, learns no protected cell."""

import numpy as np
import pytest

from tests.disclosure_attacker import violations
from tests.disclosure_year import Told, year


def test_three_months_and_four_recipients_give_nothing_away():
    assert violations(year(1, 3, 4, 14), 150) == []


@pytest.mark.slow
def test_a_year_and_ten_pooled_recipients_give_nothing_away():
    assert violations(year(2, 12, 10, 14), 800) == []


def test_the_attacker_learns_from_releases_that_were_protected_one_by_one():
    from desensitise.disclosure import protect
    from tests.disclosure_year import next_month, records, spec_for

    rng = np.random.default_rng(1)
    known, told = records(rng, 150), []
    for _ in range(3):
        told.append(Told(protect(known, spec_for(0)).table, known))
        known = next_month(rng, known, 14)
    assert violations(told, 150) != []
