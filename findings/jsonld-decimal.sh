#!/usr/bin/env bash
# JSON-LD with a number for an xsd:decimal, as DCAT-AP wants of dcat:spatialResolutionInMeters: by the rule for numbers with a fraction, 12.5
# becomes "1.25E1"^^xsd:decimal (pyoxigraph 0.5.13), which is no xsd:decimal. rdflib 7.6.0 reads the same document as "12.5", and pySHACL 0.40.1
# lets both pass sh:datatype xsd:decimal: what a strict store refuses was validated before. A string "12.5" is good for all.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check rdflib==7.6.0 pyoxigraph==0.5.13 pyshacl==0.40.1
cd "$folder"
bin/python - <<'PY'
import logging
import sys

import pyoxigraph
import pyshacl
import rdflib

logging.disable(logging.CRITICAL)
DCAT = "http://www.w3.org/ns/dcat#spatialResolutionInMeters"
SHAPE = f"""
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<urn:shape> a sh:NodeShape ; sh:targetNode <urn:dataset> ; sh:property [ sh:path <{DCAT}> ; sh:datatype xsd:decimal ] .
"""
shape = rdflib.Graph().parse(data=SHAPE, format="turtle")


def judged(triples):
    graph = rdflib.Graph().parse(data=triples, format="nt")
    return triples.split('"')[1], pyshacl.validate(graph, shacl_graph=shape)[0]


seen = {}
for value in ("12.5", '"12.5"'):
    context = f'{{"r": {{"@id": "{DCAT}", "@type": "http://www.w3.org/2001/XMLSchema#decimal"}}}}'
    document = f'{{"@context": {context}, "@id": "urn:dataset", "r": {value}}}'
    quads = pyoxigraph.parse(document, format=pyoxigraph.RdfFormat.JSON_LD)
    by_oxigraph = "".join(f"{quad.triple} .\n" for quad in quads)
    by_rdflib = rdflib.Graph().parse(data=document, format="json-ld").serialize(format="nt")
    seen[value] = [judged(by_oxigraph), judged(by_rdflib)]
    print(f"{value}: (lexical form, conforms) by pyoxigraph 0.5.13, rdflib 7.6.0: {seen[value]}")
good = ("12.5", True)
sys.exit(seen != {"12.5": [("1.25E1", True), good], '"12.5"': [good, good]})
PY
