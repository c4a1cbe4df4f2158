"""The parts a pipeline runs on, and the only place where adapters are chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from sqlalchemy import Engine

from catalog.errors import DeclarationError, SettingsError
from catalog.folder.portal import FolderPortal
from catalog.model import Audience, Dataset, Field, SourceSpec
from catalog.portal import Portal
from catalog.registers import Register, registers
from desensitise.keys import MasterTreatmentKeys, TreatmentKeys, read_master
from exporters.open import OpenSource, open_source
from exporters.products import product_of
from exporters.source import Source
from hub.clock import Clock, SystemClock
from hub.db.engine import connect, reading
from hub.db.migrate import migrate
from hub.declarations import runnable
from hub.describe import describe_catalogue, describe_ckan
from hub.keyfiles import made_once, portal_proof, secret_of
from hub.ledger.audit import verify_last
from hub.ledger.keys import load_signer
from hub.ledger.note import Signer
from hub.mailing import Mail, by_smtp, into_folder
from hub.progress import Steps, silent
from hub.settings import Settings
from hub.units import fields_to_read

if TYPE_CHECKING:
    from desensitise.keys import Digest
    from desensitise.mark.keys import KeyService, MasterKeys
    from desensitise.mark.prf import CipherName

CKAN = "ckan"
"""Name of the portal whose adapter is imported only when it is chosen."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything the pipeline needs from outside, as ports and plain facts."""

    home: Path
    engine: Engine
    clock: Clock
    source: Callable[[Dataset], Source]
    live: Callable[[Register, Sequence[Field]], Source]
    override: str | None
    portal: Portal
    portal_called: Callable[[str], Portal]
    signer: Signer
    base_url: str
    operator: str
    unit_rows: int
    workers: int
    small_cell: int
    lease_seconds: int
    steps: Steps
    treatment_keys: Callable[[], TreatmentKeys]
    mark_keys: Callable[[], KeyService]
    record_url: str

    @property
    def releases(self) -> Path:
        """Where finished releases lie, ``<dataset>/<version>/``."""
        return self.home / "releases"

    @property
    def parts(self) -> Path:
        """Where the part files of runs lie, ``<run>/``."""
        return self.home / "parts"

    @property
    def unmarked(self) -> Path:
        """Where the rows of releases lie before any mark, ``<dataset>/<version>/``; copies are made of them."""
        return self.home / "unmarked"

    @property
    def copies(self) -> Path:
        """Where copies lie that were made for somebody, ``<number>/``."""
        return self.home / "copies"

    @property
    def work(self) -> Path:
        """Where files are made before they are renamed into place."""
        return self.home / "work"


def assemble(
    settings: Settings,
    operator: str,
    *,
    source: str | None = None,
    portal: str | None = None,
    steps: Steps = silent,
) -> Parts:
    """Choose every adapter from the settings; ``source`` overrides the address of all sources of its scheme."""
    chosen = _portal(portal or settings.portal, settings)
    home = settings.home
    for folder in (home, home / "releases", home / "parts", home / "work"):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
    engine = connect(settings.database_url)
    migrate(engine)
    signer = load_signer(settings.ledger_name, settings.key_path)
    with reading(engine) as connection:
        # A ledger that was tampered with stops the start; the whole of it is proven by ``hub ledger verify``.
        verify_last(connection, [signer.verifier]).demand()
    return Parts(
        home=home,
        engine=engine,
        clock=SystemClock(),
        source=lambda dataset: open_dataset(dataset, settings, source),
        live=lambda register, fields: _opened(register.source, fields, settings, source),
        override=source,
        workers=settings.workers,
        portal=chosen,
        portal_called=lambda name: _portal(name, settings),
        signer=signer,
        base_url=settings.portal_url,
        operator=operator,
        unit_rows=settings.unit_rows,
        small_cell=settings.small_cell,
        lease_seconds=settings.lease_seconds,
        steps=steps,
        treatment_keys=lambda: treatment_keys(settings),
        mark_keys=lambda: mark_keys(settings),
        record_url=settings.record_url or (f"{settings.api_address}/api/v1/records/" if settings.api_url else ""),
    )


def mark_keys(settings: Settings) -> KeyService:
    """Keys of marks: by the key service where there is one, else from the master that this process reads."""
    if settings.mark_key_socket is None:
        return master_keys(settings)
    from hub.key_agent import AgentKeys

    return AgentKeys(settings.mark_key_socket)


def master_keys(settings: Settings) -> MasterKeys:
    """Keys of marks, derived from the master in its file; a missing file is made."""
    from desensitise.mark.keys import MasterKeys

    master = read_master(made_once(settings.mark_key_path))
    return MasterKeys(master, cast("Digest", settings.mark_digest), cast("CipherName", settings.mark_cipher))


def treatment_keys(settings: Settings) -> TreatmentKeys:
    """Keys of treatments, derived from the master in its file; a missing file is made."""
    return MasterTreatmentKeys(read_master(made_once(settings.pseudonym_key_path), "treatments"))


def _portal(name: str, settings: Settings) -> Portal:
    if name == CKAN:
        return _ckan(settings)
    if name != FolderPortal.name:
        raise SettingsError(f"No portal is called '{name}'.", todo=f"Use '{FolderPortal.name}' or '{CKAN}'.")
    return folder_portal(settings)


def folder_portal(settings: Settings) -> FolderPortal:
    """The portal of pages in a folder."""
    proof = portal_proof(secret_of(settings.api_key_path)) if settings.portal_url else ""
    return FolderPortal(settings.portal_home, settings.portal_url or None, describe=describe_catalogue, proof=proof)


def _ckan(settings: Settings) -> Portal:
    from catalog.ckan import CkanPortal

    missing = [name for name in ("ckan_url", "ckan_token") if not getattr(settings, name)]
    if missing:
        raise SettingsError(
            f"The CKAN portal needs {' and '.join(f'HUB_{name.upper()}' for name in missing)}.",
            todo="Set them, or use the folder portal.",
        )
    return CkanPortal(
        settings.ckan_url,
        settings.ckan_token.reveal(),
        datastore=settings.ckan_datastore_url.reveal(),
        copy_rows=settings.ckan_copy_rows,
        timeout=float(settings.ckan_timeout),
        describe=describe_ckan,
    )


def mail_of(settings: Settings) -> Mail:
    """How mails leave: by the mail server that is set, else into the folder."""
    address = settings.smtp.reveal()
    return by_smtp(address) if address else into_folder(settings.home)


def datasets(settings: Settings, names: tuple[str, ...] = ()) -> tuple[Dataset, ...]:
    """The declared datasets, or those named; DeclarationError for one that is not declared, or not as it must be."""
    found = runnable(settings.datasets, names)
    for _, why in found.refused:
        raise why
    return found.sound


def registers_of(settings: Settings) -> Mapping[str, Register]:
    """The registers, those of a bureau's own from the folder ``registers`` beside its datasets."""
    own = settings.datasets / "registers" if settings.datasets else None
    return registers(datasets(settings), own)


def shown_on_portal(dataset: Dataset) -> bool:
    """Open datasets with their files, conditional ones by description; what agencies share is never on the portal."""
    return dataset.audience in {Audience.PUBLIC, Audience.INSTITUTES}


def open_dataset(dataset: Dataset, settings: Settings, override: str | None = None) -> Source:
    """The dataset's source, opened at its configured address or at ``override``.

    DeclarationError where rows of a derived table would be released as they are: no bureau declared them open (H12).
    """
    product = product_of(dataset)
    if dataset.source.kind == "derived" and not product.aggregates:
        raise DeclarationError(
            f"{dataset.id}: a derived table is released as protected figures only.",
            left="Nothing was read.",
            todo="Name a product that aggregates, with [disclosure].",
        )
    return _opened(dataset.source, fields_to_read(dataset, product), settings, override)


def open_spec(spec: SourceSpec, fields: Sequence[Field], settings: Settings, override: str | None = None) -> OpenSource:
    """A source of any kind at its configured address, or at ``override``. SettingsError when it has none."""
    return _opened(spec, fields, settings, override)


def _opened(spec: SourceSpec, fields: Sequence[Field], settings: Settings, override: str | None) -> OpenSource:
    if spec.kind == "derived":
        from hub.rules.sources import derived_source

        sql = override if override is not None and _kind_of(override) == "sql" else None
        return derived_source(spec, fields, settings, sql)
    address = _address(spec, settings, override)
    return open_source(spec, fields, address, token=settings.http_token.reveal() or None)


def _address(spec: SourceSpec, settings: Settings, override: str | None) -> str:
    """The address for a source of this kind; an override counts for the kind its scheme belongs to."""
    if override is not None:
        kind = _kind_of(override)
        if not kind:
            raise SettingsError(
                "The scheme of --source is unknown.",
                todo="Give postgresql://…, sqlite:///file, https://… or a folder.",
            )
        if kind == spec.kind:
            return override
    configured = {
        "sql": settings.source.reveal(),
        "files": str(settings.drop_folder or ""),
        "http": settings.http_source.reveal(),
    }[spec.kind]
    if not configured:
        name = {"sql": "HUB_SOURCE", "files": "HUB_DROP_FOLDER", "http": "HUB_HTTP_SOURCE"}[spec.kind]
        raise SettingsError(
            f"No address is set for sources of kind '{spec.kind}'.",
            todo=f"Set {name}, or give --source.",
        )
    return configured


def _kind_of(address: str) -> str:
    """The kind of source that an address speaks of; "" where no source does."""
    scheme, told, _ = address.partition("://")
    kinds = {"postgresql": "sql", "postgres": "sql", "sqlite": "sql", "http": "http", "https": "http", "file": "files"}
    return kinds.get(scheme, "") if told else "files"
