"""What programs find on the CKAN portal: schema.org in the page, the Atom feed, DCAT-AP for harvesters."""

import hashlib
import json
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import requests

from catalog.ckan.catalogue import address
from catalog.ckan.package import FOR_MACHINES
from catalog.pack import mqa
from hub.describe import describe_ckan
from hub.harvest import answers, conforms
from tests.factories import a_dataset
from tests.plugins.ckan import ckan, emptied, portal_on
from tests.plugins.ckan_small import name
from tests.unit.catalog.folder_factories import an_edition, publish

__all__ = ["ckan", "name"]
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")]

SHAPES = Path(__file__).parents[1] / "data" / "shacl"
ATOM = "{http://www.w3.org/2005/Atom}"
# https://schema.org/Dataset and its parents; https://developers.google.com/search/docs/appearance/structured-data/dataset
REQUIRED = {"@context", "@type", "name", "description"}
KNOWN = REQUIRED | {
    *("@id", "url", "identifier", "alternateName", "keywords", "inLanguage", "version", "datePublished"),
    *("dateModified", "isAccessibleForFree", "license", "conditionsOfAccess", "publisher", "creator"),
    *("spatialCoverage", "temporalCoverage", "variableMeasured", "includedInDataCatalog", "distribution"),
}


class Head(HTMLParser):
    """JSON-LD scripts and links of a page, as a browser's parser divides them."""

    def __init__(self, text):
        super().__init__()
        self.scripts, self.links, self._inside = [], [], False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        facts = dict(attributes)
        self._inside = tag == "script" and facts.get("type") == "application/ld+json"
        if tag == "link" and facts.get("rel") == "alternate":
            self.links.append(facts)

    def handle_data(self, data):
        if self._inside:
            self.scripts.append(data)
            self._inside = False


def fetch(address):
    answer = requests.get(address, timeout=60)
    answer.raise_for_status()
    return answer


def test_the_page_is_a_dataset_in_the_words_of_schema_org(ckan, name, tmp_path):
    dataset = a_dataset(id=name, zh="质检 </script><script>alert(1)</script> & <b>")
    wanted = an_edition(tmp_path, 1, dataset)
    publish(portal_on(ckan), wanted)
    text = fetch(f"{ckan.url}/dataset/{name}").text
    (script,) = Head(text).scripts
    found = json.loads(script)
    assert found.keys() >= REQUIRED
    assert found.keys() <= KNOWN
    assert (found["@context"], found["@type"], found["name"]) == ("https://schema.org/", "Dataset", dataset.zh)
    assert found["url"] == f"{ckan.url}/dataset/{name}"
    assert 0 < len(found["description"]) <= 5000
    assert [one["@type"] for one in found["distribution"]] == ["DataDownload"] * 2
    for one in found["distribution"]:
        body = fetch(one["contentUrl"]).content
        assert (hashlib.sha256(body).hexdigest(), f"{len(body)} B") == (one["sha256"], one["contentSize"])
    assert "<script>alert" not in text


def test_readers_are_not_shown_what_is_for_machines(ckan, name, tmp_path):
    publish(portal_on(ckan), an_edition(tmp_path, 1, a_dataset(id=name)))
    table = fetch(f"{ckan.url}/dataset/{name}").text.partition('class="additional-info"')[2]
    assert table
    assert not [field for field in FOR_MACHINES if field in table or field.replace("_", " ").title() in table]


def test_harvesters_find_the_catalogue_and_readers_its_feed(ckan, name, tmp_path):
    emptied(ckan, "hub-catalogue")
    portal = portal_on(ckan, describe=describe_ckan)
    first = an_edition(tmp_path, 1, a_dataset(id=name))
    publish(portal, first)
    publish(portal, an_edition(tmp_path, 2, a_dataset(id=name), earlier=(first.release,)))
    (link,) = [one for one in Head(fetch(ckan.url).text).links if one["href"].endswith("feed.xml")]
    feed = ET.fromstring(fetch(link["href"]).content)
    assert link["type"] == "application/atom+xml"
    assert link["href"] in [one.get("href") for one in feed.findall(f"{ATOM}link") if one.get("rel") == "self"]
    assert len(feed.findall(f"{ATOM}entry")) == 2
    for entry in feed.findall(f"{ATOM}entry"):
        assert entry.find(f"{ATOM}link").get("href") == f"{ckan.url}/dataset/{name}"
        assert entry.findtext(f"{ATOM}updated")
    text = fetch(f"{ckan.url}/{address('catalog.jsonld')}").text
    assert conforms(text, SHAPES)
    lines = mqa.assess(text, answers, conforms=True)
    assert mqa.total(lines) >= 395
