"""Bytes kept under their hash, also where the hash is taken over from a kept file that is the same."""

import hashlib
from datetime import date
from pathlib import Path

import pytest

from warehouse.intake import deliveries as intake_module
from warehouse.intake.deliveries import Intake, Manifest
from warehouse.store.home import Home

DATA = b"identifier,title\n1,a\n" * 100_000


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize(
    "data",
    [DATA, DATA[:-1] + b"x", DATA[:-1], DATA + b"x", b""],
    ids=["same", "last byte", "shorter", "longer", "empty"],
)
def test_a_file_is_kept_under_its_hash_whatever_it_is_compared_with(tmp_path: Path, data: bytes) -> None:
    home, source = Home(tmp_path / "home"), tmp_path / "file"
    kept = [home.keep(DATA), home.keep(b""), "0" * 64]
    source.write_bytes(data)
    assert home.keep_file(source, like=kept) == (sha256(data), len(data))
    assert home.read(sha256(data)) == data


def test_a_damaged_kept_file_is_mended_by_a_delivery_of_its_bytes(tmp_path: Path) -> None:
    home, source = Home(tmp_path / "home"), tmp_path / "file"
    source.write_bytes(DATA)
    kept, _ = home.keep_file(source)
    home.blob(kept).write_bytes(DATA[:-1] + b"x")
    assert home.keep_file(source, like=[kept]) == (kept, len(DATA))
    assert home.read(kept) == DATA


def test_bytes_that_were_delivered_before_are_not_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake_module, "_COMPARED_FROM_BYTES", len(DATA))
    intake, source = Intake(Home(tmp_path / "home").create()), tmp_path / "data.csv"
    source.write_bytes(DATA)
    receipts, written = [], []
    for day in (1, 2):
        manifest = Manifest("A", "catalog", date(2026, 7, day), None, "default", "full", None, (("data.csv", source),))
        receipts.append(intake.receive(manifest.delivery(intake), sequence_given=False))
        written.append(intake.home.blob(sha256(DATA)).stat().st_ino)
    assert receipts[1].repeats == receipts[0].delivery.delivery_id
    assert written[0] == written[1]
