"""The detector as a Presidio recogniser, and an analyser engine that downloads no model.

Presidio users take over all kinds at once: its own patterns break beside Han characters (no word boundary holds there),
and one pass over a text is some ten times as fast as a recogniser a kind.
"""

from __future__ import annotations

from collections.abc import Sequence

from presidio_analyzer import AnalyzerEngine, EntityRecognizer, RecognizerRegistry, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts, NoOpNlpEngine

from desensitise.detect.scanner import find
from desensitise.detect.spans import Kind, Mode

LANGUAGE = "zh"


class ChineseRecognizer(EntityRecognizer):
    """All kinds of ``desensitise.detect`` in one recogniser. ``context`` of the engine's call is the column's name."""

    def __init__(self, mode: Mode = "balanced", column: str | None = None) -> None:
        self._mode: Mode = mode
        self._column = column
        super().__init__([kind.value for kind in Kind], name="ChineseRecognizer", supported_language=LANGUAGE)

    def load(self) -> None:
        """Nothing to load."""

    def analyze(
        self,
        text: str,
        entities: Sequence[str],
        nlp_artifacts: NlpArtifacts | None = None,
    ) -> list[RecognizerResult]:
        """Spans of the wanted kinds as Presidio results; ``nlp_artifacts`` is not used."""
        del nlp_artifacts
        spans = find([text], self._column, self._mode)[0]
        return [RecognizerResult(s.kind.value, s.start, s.end, s.score) for s in spans if s.kind.value in entities]


def engine(mode: Mode = "balanced", column: str | None = None) -> AnalyzerEngine:
    """An analyser of Chinese text with this one recogniser and no model: ``engine().analyze(text, language="zh")``."""
    nlp = NoOpNlpEngine(models=[{"lang_code": LANGUAGE, "model_name": "noop"}])
    nlp.load()
    registry = RecognizerRegistry(recognizers=[ChineseRecognizer(mode, column)], supported_languages=[LANGUAGE])
    return AnalyzerEngine(registry=registry, nlp_engine=nlp, supported_languages=[LANGUAGE])
