"""DCAT-AP 3.0.1: no violation of the shapes, the same graph in both forms, and what each dataset may show."""

from datetime import datetime
from functools import cache
from pathlib import Path

import pyshacl
import pytest
from rdflib import DCAT, DCTERMS, RDF, XSD, Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import FOAF, SKOS

from catalog.datasets import shipped
from catalog.model import Audience
from catalog.pack.dcat import catalog_dcat, release_dcat
from catalog.pack.graph import Literal as Text
from catalog.pack.graph import Node, jsonld, turtle
from catalog.release import Changes, Provenance, Release, Resource, Role
from tests.factories import a_dataset, a_publisher
from tests.tables import EAST_8

# rdflib's own reader of JSON-LD uses its deprecated class.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")

SHAPES = Path(__file__).parents[2] / "data" / "shacl"
BASE = "https://open.example.org/data"
EU = "http://publications.europa.eu/resource/authority"
SHACL = Namespace("http://www.w3.org/ns/shacl#")
SPDX = Namespace("http://spdx.org/rdf/terms#")


def a_release(dataset, **changes):
    files = [Resource(f"{dataset.id}.{form}", Role.DATA, form, "x/y", 7, "ab" * 32, 3) for form in dataset.formats]
    words = Resource("dictionary.csv", Role.DICTIONARY, "csv", "text/csv", 7, "cd" * 32, 2)
    body = {
        "dataset": dataset.id,
        "version": 3,
        "rows": 3,
        "as_of": datetime(2026, 5, 1, 8, tzinfo=EAST_8),
        "resources": (*files, words),
        "changes": Changes(added=5),
        "provenance": Provenance("c" * 64, "d" * 64, "e" * 64, "f" * 64, "a" * 64),
        "quality": {},
        "held_back": {},
        "mark": "m" * 32,
    }
    return Release(**{**body, **changes})


def graph_of(texts):
    """The graph of the Turtle, which must be that of the JSON-LD."""
    as_jsonld, as_turtle = texts
    graph = Graph().parse(data=as_turtle, format="turtle")
    assert isomorphic(graph, Graph().parse(data=as_jsonld, format="json-ld"))
    return graph


@cache
def shapes():
    together = Graph()
    for path in sorted(SHAPES.glob("*.ttl")):
        together.parse(path)
    return together


def violations(graph):
    """Paths of everything the shapes and the recommended shapes find, of whatever severity."""
    _, report, _ = pyshacl.validate(graph, shacl_graph=shapes())
    return sorted(str(report.value(found, SHACL.resultPath)) for found in report.objects(None, SHACL.result))


@pytest.mark.parametrize("dataset", shipped(), ids=lambda dataset: dataset.id)
def test_every_shipped_dataset_breaks_no_shape(dataset):
    assert violations(graph_of(release_dcat(dataset, a_release(dataset), BASE))) == []


def test_the_catalogue_of_all_datasets_breaks_no_shape():
    graph = graph_of(catalog_dcat([(dataset, a_release(dataset)) for dataset in shipped()], BASE))
    assert violations(graph) == []
    (catalog,) = graph.subjects(RDF.type, DCAT.Catalog)
    assert len(list(graph.objects(catalog, DCAT.dataset))) == len(shipped())


def test_the_shapes_do_find_a_missing_title():
    dataset = a_dataset()
    graph = graph_of(release_dcat(dataset, a_release(dataset), BASE))
    (node,) = graph.subjects(RDF.type, DCAT.Dataset)
    graph.remove((node, DCTERMS.title, None))
    assert violations(graph) == [str(DCTERMS.title)]


def test_an_empty_catalogue_still_has_a_title_and_a_publisher():
    graph = graph_of(catalog_dcat([], BASE))
    (catalog,) = graph.subjects(RDF.type, DCAT.Catalog)
    assert graph.value(catalog, DCTERMS.title)
    assert graph.value(graph.value(catalog, DCTERMS.publisher), FOAF.name)


def test_a_dataset_is_described_in_both_languages_with_the_profiles_vocabularies():
    dataset = a_dataset(frequency="P1D")
    graph = graph_of(release_dcat(dataset, a_release(dataset), BASE))
    node = URIRef(f"{BASE}/datasets/example/")
    assert set(graph.objects(node, DCTERMS.title)) == {Literal("示例数据集", "zh"), Literal("Example dataset", "en")}
    assert graph.value(node, DCTERMS.accrualPeriodicity) == URIRef(f"{EU}/frequency/DAILY")
    assert graph.value(node, DCTERMS.accessRights) == URIRef(f"{EU}/access-right/PUBLIC")
    assert graph.value(node, DCTERMS.identifier) == Literal("example")
    assert graph.value(node, URIRef(f"{DCAT._NS}version")) == Literal("3")
    place = graph.value(node, DCTERMS.spatial)
    assert (graph.value(place, SKOS.notation), graph.value(place, SKOS.prefLabel)) == (
        Literal("370000"),
        Literal("山东省", "zh"),
    )
    assert set(graph.objects(node, DCTERMS.language)) == {URIRef(f"{EU}/language/ZHO"), URIRef(f"{EU}/language/ENG")}


def test_a_distribution_tells_format_size_checksum_and_address():
    dataset = a_dataset(formats=("parquet",))
    graph = graph_of(release_dcat(dataset, a_release(dataset), BASE))
    (node,) = graph.subjects(RDF.type, DCAT.Distribution)
    assert graph.value(node, DCAT.downloadURL) == URIRef(f"{BASE}/datasets/example/v3/example.parquet")
    assert graph.value(node, DCTERMS["format"]) == URIRef(f"{EU}/file-type/PARQUET")
    iana = "https://www.iana.org/assignments/media-types/application/vnd.apache.parquet"
    assert graph.value(node, DCAT.mediaType) == URIRef(iana)
    assert graph.value(node, DCAT.byteSize) == Literal("7", datatype=XSD.nonNegativeInteger)
    checksum = graph.value(graph.value(node, SPDX.checksum), SPDX.checksumValue)
    assert checksum == Literal("ab" * 32, datatype=XSD.hexBinary)


@pytest.mark.parametrize("audience", [Audience.INSTITUTES, Audience.REGULATORS, Audience.INTERNAL])
def test_a_dataset_that_is_not_open_has_no_address_of_a_file(audience):
    dataset = a_dataset(audience=audience, licence="agreement", conditions_zh="仅限研究。", conditions_en="Research.")
    texts = release_dcat(dataset, a_release(dataset), BASE)
    graph = graph_of(texts)
    assert list(graph.objects(None, DCAT.downloadURL)) == []
    assert list(graph.objects(None, FOAF.page)) == []
    assert not any("/v3/example" in text for text in texts)
    assert "Research." in texts[1]
    assert violations(graph) == []


def test_the_period_has_a_beginning_only_where_it_is_declared():
    dataset = a_dataset(options={"covers_from": "2020-01-01"})
    for declared, count in ((a_dataset(), 0), (dataset, 1)):
        graph = graph_of(release_dcat(declared, a_release(declared), BASE))
        assert len(list(graph.objects(None, DCAT.startDate))) == count
        assert violations(graph) == []


def test_a_shared_publisher_stands_once_in_a_catalogue():
    one, other = a_dataset(), a_dataset(id="other")
    _, text = catalog_dcat([(one, a_release(one)), (other, a_release(other))], BASE)
    assert text.count("a foaf:Agent") == 1


def test_equal_releases_give_equal_text_whatever_the_base_urls_last_slash():
    dataset = a_dataset()
    assert release_dcat(dataset, a_release(dataset), BASE) == release_dcat(dataset, a_release(dataset), f"{BASE}/")


def test_without_a_portal_addresses_lie_below_the_publishers_site():
    dataset = a_dataset(publisher=a_publisher(url="https://amr.example.org/开放"))
    graph = graph_of(release_dcat(dataset, a_release(dataset), ""))
    (node,) = graph.subjects(RDF.type, DCAT.Dataset)
    assert str(node).startswith("https://amr.example.org/%E5%BC%80%E6%94%BE/datasets/")


def test_texts_with_quotes_and_line_ends_survive_both_forms():
    text = 'say "x"\\\n\t\r\x7f\u2028 😀'
    node = Node(("dcat:Dataset",), (("dct:title", Text(text, "zh")),), "urn:example:a")
    graph = graph_of((jsonld([node]), turtle([node])))
    assert list(graph.objects(None, DCTERMS.title)) == [Literal(text, "zh")]


def test_an_address_that_would_end_the_iri_is_refused():
    with pytest.raises(ValueError, match="address"):
        turtle([Node((), (("dct:title", Text("x")),), "urn:a> <b")])
