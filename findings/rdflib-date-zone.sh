#!/usr/bin/env bash
# rdflib 7.6.0: an xsd:date with a zone loses it by being read and written (dct:issued "2024-05-01+08:00"), and so becomes another value, while
# xsd:dateTime keeps its zone and Oxigraph keeps both. Whoever signs or compares canonical N-Triples of a catalogue sees a change.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check rdflib==7.6.0 pyoxigraph==0.5.13
cd "$folder"
bin/python - <<'PY'
import sys

import pyoxigraph
import rdflib

XSD = "http://www.w3.org/2001/XMLSchema#"
seen = {}
for kind, lexical in (("date", "2024-05-01+08:00"), ("dateTime", "2024-05-01T08:00:00+08:00")):
    text = f'<urn:dataset> <http://purl.org/dc/terms/issued> "{lexical}"^^<{XSD}{kind}> .\n'
    graph = rdflib.Graph().parse(data=text, format="nt")
    (quad,) = pyoxigraph.parse(text, format=pyoxigraph.RdfFormat.N_TRIPLES)
    seen[kind] = (graph.serialize(format="nt").split('"')[1], quad.object.value)
    print(f"xsd:{kind} {lexical}: rdflib 7.6.0 writes {seen[kind][0]}, pyoxigraph 0.5.13 {seen[kind][1]}")
stays = "2024-05-01T08:00:00+08:00"
sys.exit(seen != {"date": ("2024-05-01", "2024-05-01+08:00"), "dateTime": (stays, stays)})
PY
