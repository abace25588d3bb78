"""A DCAT-AP catalogue in a real store: into catalog.resource, and its rows prove themselves from the kept bytes."""

from pathlib import Path

from readers.policy.files import load
from tests.homes import ask, deliver_files, lake_of, take_in
from warehouse.building.build import build
from warehouse.store.home import Home
from warehouse.store.lake import CommitInfo
from warehouse.trace.proof import prove

INFO = CommitInfo("test", "test", "run")
PREFIXES = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix eu: <http://publications.europa.eu/resource/authority/> .
"""
FIRST = """
<http://c> a dcat:Catalog ; dct:title "C"@en ; dcat:dataset <http://c/1>, <http://c/2> .
<http://c/1> a dcat:Dataset ; dct:title "Car parks"@en, "停车场"@zh ; dct:description "d"@en ;
    dct:publisher [ a foaf:Agent ; foaf:name "示例市城市管理局"@zh ] ;
    dct:accrualPeriodicity <http://publications.europa.eu/resource/authority/frequency/MONTHLY> ;
    dct:accessRights <http://publications.europa.eu/resource/authority/access-right/RESTRICTED> ;
    dcat:distribution [ a dcat:Distribution ; dcat:accessURL <http://c/1.csv> ] .
<http://c/2> a dcat:Dataset ; dct:title "Trees"@en ; dct:description "d"@en .
<http://c/3> a dcat:Dataset ; dct:description "no title"@en .
"""
TABLES = ("landing.record_change", "landing.violation", "catalog.resource", "catalog.distribution")


def test_a_catalogue_goes_through_and_proves_itself(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    file = tmp_path / "catalog.ttl"
    file.write_text(PREFIXES + FIRST, "utf-8")
    first = deliver_files(home, [file], "EU", "catalog", "2026-01-01")
    # the same graph in another order and with other names, one title changed
    lines = FIRST.replace('"Trees"', '"Street trees"').strip().split("\n<")
    file.write_text(PREFIXES + "\n".join(f"<{line.lstrip('<')}" for line in reversed(lines)), "utf-8")
    second = deliver_files(home, [file], "EU", "catalog", "2026-01-02")
    lake, policy = lake_of(home), load(home.create().policy)
    take_in(home, info=INFO)
    hashes = policy.list_hashes
    build(
        lake,
        [*lake.tables.of_stage("delivered"), *lake.tables.of_stage("catalog")],
        period=None,
        policy_hashes=hashes,
        info=INFO,
    )

    counts = (
        "SELECT delivery_id, in_count, accepted_count, rejected_count, unchanged_count FROM landing.delivery_outcome"
    )
    assert sorted(ask(home, counts)) == [(first, 3, 2, 1, 0), (second, 3, 1, 1, 1)]
    resources = ask(
        home,
        "SELECT resource_code, title, holder_name, open_type, update_cycle, distribution_count "
        "FROM catalog.resource ORDER BY resource_code",
    )
    assert resources == [
        ("http://c/1", "停车场", "示例市城市管理局", "conditional", "monthly", 1),
        ("http://c/2", "Street trees", "EU", None, None, 0),
    ]
    warned = "SELECT rule, column_name, message_en FROM landing.violation WHERE severity = 'warn' AND delivery_id = $id"
    assert ask(home, warned, id=first) == [
        ("shacl_min_count", "dct:title", "“dct:title” should have at least 1 value(s)")
    ]
    proofs = list(prove(lake, rows=20, seed=1, tables=TABLES))
    assert [proof.failures for proof in proofs if proof.failures] == []
    assert {proof.table for proof in proofs if proof.sampled} == set(TABLES)
    assert ask(home, "SELECT DISTINCT format FROM landing.delivery_file") == [("dcat_ap",)]
