"""Proofs, right and wrong, that other implementations of RFC 6962 are tested with."""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from skypact.sharing.audit.merkle import is_consistent, is_included

VECTORS = json.loads((Path(__file__).parents[3] / "data/merkle_vectors.json").read_text())


def raw(text: str | None) -> bytes:
    return b64decode(text or "")


def steps(vector: dict[str, Any]) -> list[bytes]:
    return [raw(step) for step in vector["proof"] or []]


def test_there_are_enough_of_both_kinds() -> None:
    for vectors in VECTORS.values():
        assert len(vectors) == 98
        right = [v for v in vectors.values() if not v["wantErr"]]
        assert 5 < len(right) < 40


@pytest.mark.parametrize("name", sorted(VECTORS["inclusion"]))
def test_inclusion(name: str) -> None:
    v = VECTORS["inclusion"][name]
    held = is_included(raw(v["leafHash"]), v["leafIdx"], v["treeSize"], steps(v), raw(v["root"]))
    assert held is not v["wantErr"]


@pytest.mark.parametrize("name", sorted(VECTORS["consistency"]))
def test_consistency(name: str) -> None:
    v = VECTORS["consistency"][name]
    held = is_consistent(v["size1"], raw(v["root1"]), v["size2"], raw(v["root2"]), steps(v))
    assert held is not v["wantErr"]
