"""The chain of events: what is damaged in its files is named."""

from pathlib import Path

import pytest

from warehouse.store.chain import START, Chain, ChainError, Note
from warehouse.store.chain_faults import chain_faults
from warehouse.store.home import Home


@pytest.mark.parametrize("text", ["{", "[]", '{"number": 1}'])
def test_a_damaged_head_is_named_with_its_file(tmp_path: Path, text: str) -> None:
    chain = Chain(Home(tmp_path))
    assert chain.head() == START
    assert chain.append([Note("reading", "a", {})]) == chain.head()
    (chain.folder / "head.json").write_text(text, "utf-8")
    with pytest.raises(ChainError, match=r"head\.json: .*restore"):
        chain.append([Note("reading", "b", {})])
    assert len(chain.lines()) == 1


def test_a_chain_without_its_head_is_added_to_only_after_a_crash(tmp_path: Path) -> None:
    chain = Chain(Home(tmp_path))
    chain.append([Note("reading", "a", {}), Note("reading", "b", {})])
    # As a process leaves it that died before it wrote its first head.
    (chain.folder / "head.json").unlink()
    assert chain_faults(chain) == []
    assert chain.append([Note("reading", "c", {})]).number == 3
    (chain.folder / "head.json").unlink()
    assert [fault.partition(":")[0] for fault in chain_faults(chain)] == ["head.json"]
    with pytest.raises(ChainError, match=r"head\.json: .*restore"):
        chain.append([Note("reading", "d", {})])
