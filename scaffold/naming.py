"""Names of packages, modules, classes and files, from the name of a component."""

import keyword
import re
from dataclasses import dataclass

ROLES = ("extractor", "writer", "processor")
MAX_PACKAGE = 50  # characters; a wheel's file name repeats it three times
INITIALISMS = {
    word.lower(): word
    for word in (
        "AI API APIs AWS BI BigQuery ClickHouse CRM CSV DB DuckDB DynamoDB ERP ETL FTP GCP GCS "
        "GitHub GitLab GraphQL HR HTML HTTP HTTPS HubSpot IBM ID IMAP IP JDBC JSON JSONL LDAP "
        "LinkedIn MariaDB ML MongoDB MQTT MSSQL MySQL NetSuite OAuth OData ODBC OneDrive OpenAI "
        "OpenAPI PayPal PDF PostgreSQL QuickBooks RabbitMQ REST RSS S3 SaaS SAP SendGrid "
        "ServiceNow SFTP SharePoint SMTP SOAP SQL SQLite SSH TikTok TSV UI URL UUID "
        "WooCommerce WordPress XLSX XML YAML YouTube"
    ).split()
}


class NameRefused(ValueError):
    """A name cannot be used; the text says why, `hint` what to do."""

    def __init__(self, message: str, hint: str) -> None:
        self.hint = hint
        super().__init__(message)


@dataclass(frozen=True)
class Names:
    """What a component's files and class are called."""

    family: str  # "my-api.v2"
    role: str  # "extractor"
    package: str  # "my_api_v2_extractor"
    module: str  # "my_api_v2_extractor_driver"
    class_name: str  # "MyAPIV2ExtractorDriver"


def names(
    name: str, role: str, family: str | None = None, driver_class: str | None = None
) -> Names:
    """Return the names for component `name`. Raises NameRefused if they would not be valid."""
    family = family or split(name)[0]
    package = f"{identifier(family)}_{role}"  # so never a keyword or a standard module
    _check(name, package)
    class_name = driver_class or f"{camel(family)}{camel(role)}Driver"
    if not class_name.isidentifier() or keyword.iskeyword(class_name):
        raise NameRefused(f"'{class_name}' is no class name", "begin it with a letter")
    return Names(family, role, package, f"{package}_driver", class_name)


def split(name: str) -> tuple[str, str | None]:
    """Return family and role of a component name; role None if it ends otherwise."""
    family, dot, last = name.rpartition(".")
    return (family, last) if dot and family and last in ROLES else (name, None)


def identifier(text: str) -> str:
    """Return `text` with every run of other characters as `_`; maybe no identifier yet."""
    return "_".join(_words(text)).lower()


def camel(text: str) -> str:
    """Return `text` in CapWords, known initialisms as people write them."""
    return "".join(INITIALISMS.get(word.lower(), word.capitalize()) for word in _words(text))


def title(text: str) -> str:
    """Return `text` as the words of a title: `hubspot.extractor` -> `HubSpot Extractor`."""
    return " ".join(INITIALISMS.get(word.lower(), word.capitalize()) for word in _words(text))


def _words(text: str) -> list[str]:
    return re.findall(r"[A-Za-z0-9]+", text)


def _check(name: str, package: str) -> None:
    if not re.fullmatch(r"[a-z0-9_.-]+", name):
        raise NameRefused(
            f"the name {name!a} has other characters than a-z, 0-9, '_', '-' and '.'",
            "use lower-case ASCII, e.g. 'shopify.extractor'",
        )
    if not all(re.match("[a-z0-9]", part) for part in name.split(".")):
        raise NameRefused(
            f"a part of the name '{name[:60]}' is empty or begins with '_' or '-'",
            "join words by single dots, e.g. 'shopify.extractor'",
        )
    if not package.isidentifier():
        raise NameRefused(
            f"the name '{name}' gives no Python package ('{package}')", "begin it with a letter"
        )
    if len(package) > MAX_PACKAGE:
        raise NameRefused(
            f"the package name '{package[:20]}...' is longer than {MAX_PACKAGE} characters",
            "shorten the part before the role",
        )
