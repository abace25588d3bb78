"""The chain of events: what is damaged in its files is named."""

from pathlib import Path

import pytest

from warehouse.store.chain import START, Chain, ChainError, Note
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
