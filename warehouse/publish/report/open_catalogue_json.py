"""The open catalogue as DCAT-US 3.0, in JSON.

Belongs here: which key says what of a dataset. Does not belong here: which datasets (`open_catalogue.py`).
Rule: https://doi-do.github.io/dcat-us/
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from warehouse.publish.report.open_catalogue_rdf import access_iri, format_iri, frequency_iri, media_iri, publisher_iri
from warehouse.publish.report.open_dataset import OpenDataset, OpenDistribution, Terms

_CONTEXT = "https://raw.githubusercontent.com/DOI-DO/dcat-us/main/context/dcat-us-3.0.jsonld"
#: Update cycles of the catalogue as ISO 8601 repeating intervals (policy/code_value.csv).
_INTERVALS = {
    "realtime": "R/PT1S",
    "hourly": "R/PT1H",
    "daily": "R/P1D",
    "weekly": "R/P1W",
    "biweekly": "R/P2W",
    "monthly": "R/P1M",
    "bimonthly": "R/P2M",
    "quarterly": "R/P3M",
    "semiannual": "R/P6M",
    "annual": "R/P1Y",
    "biennial": "R/P2Y",
    "irregular": "irregular",
}


def dcat_us(terms: Terms, datasets: Sequence[OpenDataset]) -> bytes:
    """The catalogue as a JSON document in UTF-8."""
    catalogue = _filled({
        "@context": _CONTEXT,
        "@id": f"{terms.address}catalogue",
        "@type": "Catalog",
        "conformsTo": "https://resource.data.gov/profile/dcat-us#3.0",
        "title": terms.title,
        "description": terms.description,
        "publisher": {"@id": f"{terms.address}publisher", "@type": "Agent", "name": terms.publisher},
        "modified": terms.modified.isoformat(),
        "license": terms.licence,
        "contactPoint": [
            {"@type": "Kind", "fn": terms.contact_name, "hasEmail": f"mailto:{terms.contact_email}"}
        ] if terms.contact_email else None,
        "dataset": [_dataset(terms, dataset) for dataset in datasets],
    })  # fmt: skip
    return f"{json.dumps(catalogue, ensure_ascii=False, indent=2)}\n".encode()


def _dataset(terms: Terms, dataset: OpenDataset) -> dict[str, Any]:
    me, frequency = terms.address + dataset.path, frequency_iri(dataset.update_cycle)
    scheme = f"{terms.address}theme/"
    return _filled({
        "@id": me,
        "@type": "Dataset",
        "identifier": [dataset.identifier] if dataset.identifier else None,
        "title": dataset.title,
        "description": dataset.description,
        "keyword": ";".join(dataset.keywords),
        "publisher": {
            "@id": publisher_iri(terms, dataset),
            "@type": "Organization",
            "name": dataset.publisher,
            "prefLabel": dataset.publisher,
        },
        "accessRights": access_iri(dataset),
        "theme": [
            {"@type": "Concept", "prefLabel": dataset.theme, "inScheme": {"@id": scheme, "@type": "ConceptScheme", "title": "主题"}}
        ] if dataset.theme else None,
        "accrualPeriodicity": {
            "@id": frequency, "@type": "Frequency", "prefLabel": _INTERVALS.get(dataset.update_cycle or "", "other"),
        } if frequency else None,
        "issued": dataset.issued.isoformat() if dataset.issued else None,
        "modified": dataset.modified.isoformat() if dataset.modified else None,
        "landingPage": dataset.landing_page,
        "distribution": [
            _distribution(terms, f"{me}/distribution/{number}", part)
            for number, part in enumerate(dataset.distributions, 1)
        ],
    })  # fmt: skip


def _distribution(terms: Terms, me: str, part: OpenDistribution) -> dict[str, Any]:
    return _filled({
        "@id": me,
        "@type": "Distribution",
        "title": part.title,
        "format": format_iri(terms, part.format) if part.format else None,
        "mediaType": media_iri(part.media_type),
        "accessURL": part.access_url,
        "downloadURL": part.download_url,
        "license": terms.licence,
    })  # fmt: skip


def _filled(said: Mapping[str, Any]) -> dict[str, Any]:
    """What is said without what is not."""
    return {name: value for name, value in said.items() if value not in (None, "", [])} | (
        {"dataset": []} if said.get("dataset") == [] else {}
    )
