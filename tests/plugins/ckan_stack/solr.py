"""A Solr home for CKAN whose text fields find Chinese words.

CKAN's own schema splits at white space, so a Chinese title is one single token and no word inside it is found. Here
texts are cut into pairs of characters (and single ones in the index, so that one character is found as well), while
English words keep their stems.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tests.plugins.ckan_stack import install

_FILTERS = """
      <tokenizer class="solr.StandardTokenizerFactory"/>
      <filter class="solr.CJKWidthFilterFactory"/>
      <filter class="solr.LowerCaseFilterFactory"/>
      <filter class="solr.CJKBigramFilterFactory" outputUnigrams="{unigrams}"/>
      <filter class="solr.SnowballPorterFilterFactory" language="English" protected="protwords.txt"/>
      <filter class="solr.ASCIIFoldingFilterFactory"/>"""
ANALYSERS = "".join(
    f'\n    <analyzer type="{kind}">{_FILTERS.format(unigrams=unigrams)}\n    </analyzer>'
    for kind, unigrams in (("index", "true"), ("query", "false"))
)
_TEXT_TYPES = ("text", "text_general")


def make_home(home: Path) -> None:
    """Solr's home with one core named ``ckan``."""
    conf = home / "ckan" / "conf"
    conf.mkdir(parents=True)
    (home / "logs").mkdir()
    (home / "solr.xml").write_text('<?xml version="1.0" encoding="UTF-8"?>\n<solr/>\n')
    (home / "ckan" / "core.properties").write_text("name=ckan\n")
    for name in ("protwords.txt", "synonyms.txt"):
        (conf / name).touch()
    shutil.copy(install.OWN / "solrconfig.xml", conf)
    (original,) = (install.cache() / "venv").glob("lib/python*/site-packages/ckan/config/solr/schema.xml")
    (conf / "schema.xml").write_text(chinese(original.read_text(encoding="utf-8")), encoding="utf-8")


def chinese(schema: str) -> str:
    """CKAN's schema with the analysers of its text types replaced."""
    for name in _TEXT_TYPES:
        pattern = rf'(<fieldType name="{name}" class="solr.TextField"[^>]*>).*?(</fieldType>)'
        schema, replaced = re.subn(pattern, rf"\1{ANALYSERS}\n    \2", schema, count=1, flags=re.DOTALL)
        if replaced != 1:
            raise ValueError(name)
    return schema


def command(home: Path, port: int) -> list[str]:
    """How Solr is started in the stack's home."""
    flags = ["-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
    return ["java", *flags, "-cp", f"{install.jars()}/*", str(home / "SolrMain.java"), str(home / "solr"), str(port)]
