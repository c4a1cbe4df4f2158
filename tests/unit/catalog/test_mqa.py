"""The score of a catalogue: full marks where all is said, and the points that each missing statement costs."""

import json

import pytest

from catalog.ckan.places import CkanAddresses
from catalog.pack.dcat import catalog_dcat
from catalog.pack.mqa import EXCELLENT, MOST, assess, total
from catalog.release import Role
from hub.harvest import conforms
from tests.factories import a_dataset
from tests.unit.catalog.folder_factories import a_csv, a_resource, an_edition

pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")


@pytest.fixture
def text(tmp_path):
    release = an_edition(tmp_path, resources=(a_resource("example.csv", a_csv(), Role.DATA, 2),)).release
    url = "https://ckan.example.org/"
    return catalog_dcat([(a_dataset(), release)], url, CkanAddresses(url))[0]


def test_a_complete_catalogue_reaches_every_point(text):
    assert total(assess(text, lambda _: True, conforms=True)) == MOST
    assert MOST > EXCELLENT


def test_points_are_those_of_the_methodology(text):
    lines = assess(text, lambda _: True, conforms=True)
    of = {}
    for line in lines:
        of[line.dimension] = of.get(line.dimension, 0) + line.points
    wanted = {"findability": 100, "accessibility": 100, "interoperability": 110, "reusability": 75, "contextuality": 20}
    assert of == wanted


def test_addresses_that_do_not_answer_cost_eighty(text):
    assert total(assess(text, lambda _: False, conforms=True)) == MOST - 80


def test_a_missing_licence_costs_thirty(text):
    body = json.loads(text)
    for node in body["@graph"]:
        if "dcat:Distribution" in node.get("@type", ()):
            del node["dct:license"]
    assert total(assess(json.dumps(body), lambda _: True, conforms=True)) == MOST - 30


def test_the_catalogue_for_ckan_breaks_no_shape(text):
    from pathlib import Path

    assert conforms(text, Path(__file__).parents[2] / "data" / "shacl")


def test_an_empty_catalogue_scores_nothing_but_its_shape():
    assert total(assess('{"@graph": []}', lambda _: True, conforms=True)) == 30
