"""Detectors over 20,000,000 names of fields and 2,000,000 numbers with check digits; `medium` has 5 M and 400,000, `small` 1 M and 100,000.

Names: the floor is to find the distinct names and to join as many numbers back to the rows, judging none. Values: four columns (resident
IDs, credit codes, bank cards, organisation codes) through all detectors; the floor is one regular expression over the same texts. Peer: the
pattern recognisers of Presidio on a sample of the values, in seconds for all of them; they are installed aside, from the network.
"""

import json
import random
from collections.abc import Iterator
from datetime import date
from importlib.resources import as_file, files

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.aside import seconds_aside
from benchmarks.measure import Result, main, measured, median_seconds
from readers.policy.files import load
from readers.profiling.detectors import Detectors

_NAMES = {"small": 1_000_000, "medium": 5_000_000, "large": 20_000_000}
_VALUES = {"small": 100_000, "medium": 400_000, "large": 2_000_000}
_DISTINCT_NAMES = 20_000
_PEER_VALUES = 4_000
_PEER = """
import json, sys, time
from presidio_analyzer.predefined_recognizers import (
    CreditCardRecognizer, CryptoRecognizer, EmailRecognizer, IbanRecognizer, IpRecognizer, UrlRecognizer,
)
recognisers = [CreditCardRecognizer(), CryptoRecognizer(), EmailRecognizer(), IbanRecognizer(), IpRecognizer(), UrlRecognizer()]
values = json.load(sys.stdin)
start = time.perf_counter()
for value in values:
    for recogniser in recognisers:
        recogniser.analyze(value, recogniser.supported_entities)
print(time.perf_counter() - start)
"""


def run(size: str) -> Iterator[Result]:
    with as_file(files("policy")) as folder:
        detectors = Detectors.of(load(folder).on(date.max))
    names = _names(_NAMES[size])
    yield measured(
        "field names, judged and joined back",
        size,
        median_seconds(lambda: detectors.name_verdicts(names)),
        floor=median_seconds(lambda: _joined_back(names)),
        records=len(names),
    )
    columns, values = _numbers(_VALUES[size])
    texts = pl.Series(values["value"])
    yield measured(
        "values with check digits, all detectors",
        size,
        median_seconds(lambda: detectors.judge(columns, values, b"benchmark")),
        floor=median_seconds(lambda: texts.str.contains("^[0-9]{17}[0-9X]$")),
        records=len(values),
        peers=_presidio(texts),
    )


def _names(count: int) -> pa.Array:
    words = ("身份证号", "联系电话", "姓名", "地址", "编号", "名称", "日期", "金额", "备注", "经度", "类别", "单位名称")
    distinct = pa.array([f"{words[n % len(words)]}{n}" for n in range(_DISTINCT_NAMES)])
    return distinct.take(pa.array(np.random.default_rng(1).integers(0, _DISTINCT_NAMES, count)))


def _joined_back(names: pa.Array) -> pa.Array:
    encoded = pc.call_function("dictionary_encode", [names])
    return pa.array(np.arange(len(encoded.dictionary))).take(encoded.indices)


def _numbers(count: int) -> tuple[pa.Table, pa.Table]:
    """Four columns, a quarter of the values each."""
    rng = random.Random(1)  # noqa: S311 - invented numbers
    makers = (_resident_id, _credit_code, _bank_card, _organisation_code)
    each = count // len(makers)
    values = [make(rng) for make in makers for _ in range(each)]
    numbers = np.repeat(np.arange(len(makers)), each)
    columns = pa.table({"column_no": np.arange(len(makers)), "heading": [f"c{n}" for n in range(len(makers))]})
    return columns, pa.table({"column_no": numbers, "value": values, "n": np.ones(len(values), np.int64)})


def _resident_id(rng: random.Random) -> str:
    # A division that there is not, so that it is nobody's.
    body = f"330199{rng.randint(1950, 2015)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}{rng.randint(0, 999):03d}"
    return body + "10X98765432"[sum(int(d) * (2 ** (17 - n) % 11) for n, d in enumerate(body)) % 11]


def _credit_code(rng: random.Random) -> str:
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = "91" + f"{rng.randint(0, 999999):06d}" + "".join(rng.choices(alphabet, k=9))
    return body + alphabet[-sum(alphabet.index(c) * pow(3, n, 31) for n, c in enumerate(body)) % 31]


def _bank_card(rng: random.Random) -> str:
    body = "622202" + f"{rng.randint(0, 10**12 - 1):012d}"
    doubled = [int(d) * (2 - n % 2) for n, d in enumerate(reversed(body))]
    return body + str(-sum(n - 9 * (n > 9) for n in doubled) % 10)


def _organisation_code(rng: random.Random) -> str:
    body = f"{rng.randint(0, 10**8 - 1):08d}"
    check = 11 - sum(int(d) * w for d, w in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    return body + {10: "X", 11: "0"}.get(check, str(check))


def _presidio(texts: pl.Series) -> dict[str, float]:
    """Seconds that Presidio would take for all the values, from a sample."""
    sample = texts.gather(np.linspace(0, len(texts) - 1, _PEER_VALUES).astype(np.int64)).to_list()
    seconds = seconds_aside("presidio-analyzer", _PEER, given=json.dumps(sample))
    return {} if seconds is None else {"Presidio pattern recognisers": seconds * len(texts) / len(sample)}


if __name__ == "__main__":
    main(__doc__, run)
