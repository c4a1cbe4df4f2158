"""Settings: one frozen dataclass, read once from the environment; nothing else of the hub reads it.

Each line declares a field with its type, default and help. ``HUB_`` + the field's upper-case name sets it; a secret
can also be read from the file that the same name with ``_FILE`` points to. Unknown names stop the start.
``hub/settings_page.py`` makes ``docs/settings.md`` from it.
"""

# ruff: noqa: RUF009 -- _line only wraps dataclasses.field
from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from catalog.errors import SettingsError
from hub.setting_values import (
    Address,
    Secret,
    read_address,
    read_name,
    read_path,
    read_text,
    read_url,
    read_whole,
    read_yes,
    read_zone,
)

PREFIX: Final = "HUB_"
_TESTS_OWN: Final = re.compile(r"HUB_REQUIRE|HUB_TEST_[A-Z0-9_]+")


_DATABASES: Final = ("sqlite", "postgresql", "postgres")


def _line(default: Any, parse: Callable[[str], Any], zh: str, en: str, shown: str = "") -> Any:
    """A setting: its default, how its text is read, its help, and how the default is shown when it is derived."""
    return field(default=default, metadata={"parse": parse, "zh": zh, "en": en, "shown": shown})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything an operator can set. An empty text counts as not set."""

    home: Path = _line(Path("var"), read_path, "运行数据目录", "folder of the hub's own state", "./var")
    database: Address = _line(
        Address(""),
        read_address(*_DATABASES),
        "状态数据库地址",
        "database of the hub's state",
        "SQLite file in HUB_HOME",
    )
    source: Address = _line(Address(""), read_address(*_DATABASES), "源数据库地址（只读）", "SQL source, read only")
    drop_folder: Path | None = _line(None, read_path, "来文文件夹", "folder where spreadsheets are dropped")
    registers: Path | None = _line(
        None,
        read_path,
        "规则登记册文件夹（处罚、召回、证书等）",
        "folder of rule registers (<register>.csv or .parquet)",
    )
    http_source: Address = _line(
        Address(""), read_address("http", "https"), "HTTP 数据源地址", "base URL of the HTTP source"
    )
    http_token: Secret = _line(Secret(""), lambda raw: Secret(read_text(raw)), "HTTP 数据源令牌", "bearer token for it")
    datasets: Path | None = _line(None, read_path, "追加的数据集声明目录", "folder with further dataset declarations")
    portal: str = _line("folder", read_name(r"[a-z][a-z0-9-]{0,31}"), "发布门户名称", "portal that releases go to")
    portal_folder: Path | None = _line(
        None, read_path, "文件夹门户目录", "where the folder portal stands", "portal in HUB_HOME"
    )
    portal_url: str = _line("", read_url("http", "https"), "门户对外网址", "public address of the portal")
    ckan_url: str = _line("", read_url("http", "https"), "CKAN 门户地址", "address of the CKAN portal")
    ckan_token: Secret = _line(
        Secret(""), lambda raw: Secret(read_text(raw)), "CKAN 接口令牌（sysadmin）", "API token of a CKAN sysadmin"
    )
    ckan_datastore_url: Address = _line(
        Address(""),
        read_address("postgresql", "postgres"),
        "CKAN DataStore 数据库写入地址（可选，用于 COPY）",
        "write address of CKAN's DataStore database; optional, tables are then loaded by COPY",
    )
    ckan_copy_rows: int = _line(
        100_000,
        read_whole(0, 999_999_999_999),
        "达到此行数的表以 COPY 装载（需 DataStore 数据库地址）",
        "rows from which tables are loaded by COPY, where the DataStore's address is given",
    )
    ckan_timeout: int = _line(
        60, read_whole(1, 3_600), "CKAN 请求超时（秒）", "seconds until a call to CKAN is given up"
    )
    ledger_name: str = _line(
        "quality-hub.localhost/ledger",
        read_name(r"[!-*,-~]{1,120}"),  # printable ASCII but '+', which divides a verifier key
        "账本名称（检查点来源）",
        "origin of the ledger's checkpoints; unique in the world and never changed",
    )
    signing_key_file: Path | None = _line(
        None,
        read_path,
        "账本签名私钥文件（Ed25519，首次使用时生成）",
        "Ed25519 key of the ledger",
        "keys/ledger.pem in HUB_HOME",
    )
    tsa_url: str = _line(
        "",
        read_url("http", "https"),
        "时间戳服务地址（RFC 3161）",
        "time-stamping authority for the ledger's checkpoints (RFC 3161)",
    )
    tsa_roots: Path | None = _line(
        None, read_path, "时间戳服务根证书文件（PEM）", "root certificates that its timestamps lead to (PEM)"
    )
    pseudonym_key_file: Path | None = _line(
        None,
        read_path,
        "脱敏密钥文件（假名、保格式加密、仿真替换、日期平移；首次使用时生成）",
        "master key of treatments that need one; made at first use",
        "keys/pseudonym.key in HUB_HOME",
    )
    mark_key_file: Path | None = _line(
        None,
        read_path,
        "水印主密钥文件（首次使用时生成，请备份）",
        "master key of marks; made at first use, and without it no leak can be named",
        "keys/mark.key in HUB_HOME",
    )
    mark_key_socket: Path | None = _line(
        None,
        read_path,
        "水印密钥服务的套接字（设置后由 hub keys serve 持有主密钥）",
        "socket of the key service that holds the master instead (`hub keys serve`)",
    )
    mark_cipher: str = _line(
        "aes", read_name(r"aes|sm4"), "水印分组密码", "cipher that draws marks, aes or sm4; never changed"
    )
    mark_digest: str = _line(
        "sha256",
        read_name(r"sha256|sm3"),
        "水印密钥派生摘要",
        "digest that derives keys of marks, sha256 or sm3; never changed",
    )
    record_url: str = _line(
        "",
        read_url("http", "https"),
        "记录核验网址前缀",
        "where records are verified; a record's address begins with it",
        "/api/v1/records/ of HUB_API_URL, or r/ below the portal's address",
    )
    unit_rows: int = _line(65_536, read_whole(1, 4_194_304), "每个工作单元的行数", "rows a unit of work")
    workers: int = _line(1, read_whole(1, 256), "并行进程数", "processes that work on units")
    timezone: ZoneInfo = _line(
        ZoneInfo("Asia/Shanghai"), read_zone, "定时任务时区", "time zone of the schedules", "Asia/Shanghai"
    )
    log_level: str = _line("info", read_name(r"debug|info|warning|error"), "日志级别", "debug, info, warning or error")
    small_cell: int = _line(5, read_whole(2, 1_000), "小于此值的计数不发布", "counts below this are withheld")
    api_bind: str = _line(
        "127.0.0.1:8080", read_name(r"[0-9a-z.:\[\]-]{1,80}:[0-9]{1,5}"), "接口监听地址", "where `hub serve` listens"
    )
    api_url: str = _line(
        "", read_url("http", "https"), "接口对外网址", "public address of the API", "from HUB_API_BIND"
    )
    api_workers: int = _line(1, read_whole(1, 64), "接口进程数", "processes that answer the API")
    api_threads: int = _line(
        1_200,
        read_whole(1, 16_384),
        "每个接口进程的最大线程数（慢读者各占一个）",
        "threads in each of them at most; every slow reader waits in one",
    )
    api_certificate: Path | None = _line(None, read_path, "接口 TLS 证书文件", "TLS certificate of the API (PEM)")
    api_certificate_key: Path | None = _line(None, read_path, "接口 TLS 私钥文件", "its private key (PEM)")
    api_plain_loopback: bool = _line(
        False, read_yes, "允许本机明文访问接口", "yes: plain http is answered on loopback", "no"
    )
    api_proxies: str = _line(
        "", read_name(r"[0-9a-f.:,]{1,400}"), "可信反向代理地址", "trusted proxies' addresses, by comma"
    )
    api_rate: int = _line(600, read_whole(1, 1_000_000), "每个来源每分钟请求数", "requests a minute and caller")
    download_megabytes: int = _line(
        20_480,
        read_whole(1, 1_000_000_000),
        "公众下载副本可占用的磁盘（MB），最久未用者先删",
        "disk that copies for public downloads may take, in MB; the longest unused go first",
    )
    portal_bind: str = _line(
        "127.0.0.1:8081",
        read_name(r"[0-9a-z.:\[\]-]{1,80}:[0-9]{1,5}"),
        "门户服务监听地址",
        "where `hub serve-portal` listens",
    )
    smtp: Address = _line(
        Address(""),
        read_address("smtp", "smtps"),
        "邮件服务器地址（smtp 须支持 STARTTLS；可含账号口令）",
        "mail server for notices to followers; smtp asks for STARTTLS; may hold a login",
        "mails are laid into outgoing-mail in HUB_HOME",
    )
    showcase: Path | None = _line(
        None, read_path, "应用成果清单文件（TOML）", "file with uses of the data that the pages show (TOML)"
    )
    lease_seconds: int = _line(
        300, read_whole(1, 86_400), "任务租约秒数", "after so long a silent process counts as dead"
    )
    calendar: Path | None = _line(
        None, read_path, "工作日历文件", "calendar of working days", "agreements/working_days.toml"
    )
    keep_uses_days: int = _line(
        184,
        read_whole(184, 36_500),
        "使用记录保留天数（不少于六个月）",
        "days that records of use are kept, at least 184",
    )

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Settings:
        """The settings of an environment. SettingsError names the first wrong setting, never its value."""
        known = {PREFIX + line.name.upper(): line for line in fields(cls)}
        secret = {name + "_FILE" for name, line in known.items() if isinstance(line.default, Secret)}
        for name in sorted(environ):
            if name.startswith(PREFIX) and not (name in known or name in secret or _TESTS_OWN.fullmatch(name)):
                raise SettingsError(f"Setting {name} is unknown.", todo="See docs/settings.md for the names.")
        given = {line.name: _value(environ, name, line) for name, line in known.items()}
        return cls(**{key: found for key, found in given.items() if found is not None})

    @property
    def database_url(self) -> str:
        """Where the state stands: the given database, or a SQLite file in the home folder."""
        return self.database.reveal() or f"sqlite:///{self.home / 'hub.db'}"

    @property
    def portal_home(self) -> Path:
        """Folder of the folder portal."""
        return self.portal_folder or self.home / "portal"

    @property
    def key_path(self) -> Path:
        """File of the ledger's signing key."""
        return self.signing_key_file or self.home / "keys" / "ledger.pem"

    @property
    def api_key_path(self) -> Path:
        """File of the secret that cursors, consents and callers' addresses are sealed with."""
        return self.home / "keys" / "api.key"

    @property
    def pseudonym_key_path(self) -> Path:
        """File of the master key of treatments."""
        return self.pseudonym_key_file or self.home / "keys" / "pseudonym.key"

    @property
    def api_address(self) -> str:
        """Public address of the API without a final slash; it is also the issuer of tokens."""
        return (self.api_url or f"http://{self.api_bind}").rstrip("/")

    @property
    def mark_key_path(self) -> Path:
        """File of the master key of marks."""
        return self.mark_key_file or self.home / "keys" / "mark.key"

    def shown(self) -> dict[str, str]:
        """Every setting's name and present value as text; secrets masked."""
        return {PREFIX + line.name.upper(): str(getattr(self, line.name) or "") for line in fields(self)}


def _value(environ: Mapping[str, str], name: str, line: Field[Any]) -> Any:
    raw = environ.get(name, "")
    where = environ.get(name + "_FILE", "") if isinstance(line.default, Secret) else ""
    if raw and where:
        raise SettingsError(f"Settings {name} and {name}_FILE are both given.", todo="Keep one of them.")
    if where:
        try:
            raw = Path(where).read_text(encoding="utf-8").strip()
        except (OSError, ValueError):
            raise SettingsError(f"The file of setting {name}_FILE cannot be read.", todo="Check the path.") from None
    if not raw:
        return None
    try:
        return line.metadata["parse"](raw)
    except (ValueError, RuntimeError):
        raise SettingsError(f"Setting {name} is malformed.", todo=f"Expected: {line.metadata['en']}.") from None
