"""The tree of RFC 6962 and its proofs, against public vectors and against the definition."""

import base64
import hashlib
import json
import re

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from architecture.repository import ROOT
from tiebeam.platform.audit.merkle import (
    Frontier,
    consistency_path,
    fold,
    frontier_of,
    inclusion_path,
)
from tiebeam.platform.audit.verifier import extends, includes, is_signed, leaf_hash

VECTORS = ROOT.parent / "shared" / "data" / "standards" / "merkle"
NEEDS_VECTORS = pytest.mark.skipif(
    not VECTORS.is_dir(), reason="the public Merkle vectors are kept beside the repository"
)


def _vectors(kind: str) -> list:
    return [
        pytest.param(json.loads(path.read_text("utf-8")), id=path.relative_to(VECTORS).as_posix())
        for path in sorted((VECTORS / kind).rglob("*.json"))
    ]


def _bytes(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def _root_by_definition(leaves: list[bytes]) -> bytes:
    """Return MTH(D[n]) as section 2.1 of the RFC writes it."""
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    left, right = _root_by_definition(leaves[:k]), _root_by_definition(leaves[k:])
    return hashlib.sha256(b"\x01" + left + right).digest()


def _leaves(count: int) -> list[bytes]:
    return [leaf_hash(str(number).encode()) for number in range(count)]


def _node_over(leaves: list[bytes]):
    def node(level: int, index: int) -> bytes:
        part = leaves[index << level : (index + 1) << level]
        assert len(part) == 1 << level, "only complete subtrees are asked for"
        return fold(part)

    return node


@pytest.mark.data
@NEEDS_VECTORS
class TestPublicVectors:
    @pytest.mark.parametrize("vector", _vectors("inclusion"))
    def test_of_inclusion_come_out_as_they_say(self, vector):
        holds = includes(
            _bytes(vector["leafHash"]),
            vector["leafIdx"],
            vector["treeSize"],
            [_bytes(step) for step in vector["proof"] or []],
            _bytes(vector["root"]),
        )

        assert holds is not vector["wantErr"]

    @pytest.mark.parametrize("vector", _vectors("consistency"))
    def test_of_consistency_come_out_as_they_say(self, vector):
        holds = extends(
            vector["size1"],
            vector["size2"],
            _bytes(vector["root1"]),
            _bytes(vector["root2"]),
            [_bytes(step) for step in vector["proof"] or []],
        )

        assert holds is not vector["wantErr"]

    def test_are_all_there(self):
        assert len(_vectors("inclusion")) > 30
        assert len(_vectors("consistency")) > 40


class TestTree:
    @given(st.integers(1, 70))
    def test_has_the_root_of_the_definition(self, size):
        assert fold(_leaves(size)) == _root_by_definition(_leaves(size))

    @given(st.integers(1, 70), st.integers(0, 70))
    def test_goes_on_from_its_frontier(self, size, more):
        leaves = _leaves(size + more)
        frontier = frontier_of(size, _node_over(leaves))

        for leaf in leaves[size:]:
            frontier.append(leaf)

        assert frontier.root() == _root_by_definition(leaves)

    def test_names_the_subtrees_that_a_leaf_completes(self):
        frontier = Frontier()
        for leaf in _leaves(7):
            frontier.append(leaf)

        completed = frontier.append(_leaves(8)[7])

        assert [(level, index) for level, index, _ in completed] == [(0, 7), (1, 3), (2, 1), (3, 0)]
        assert completed[-1][2] == _root_by_definition(_leaves(8))

    def test_has_no_root_without_leaves(self):
        with pytest.raises(AssertionError):
            Frontier().root()


class TestProofs:
    @given(st.data(), st.integers(1, 70))
    def test_of_inclusion_hold_at_their_place_alone(self, data, size):
        leaves = _leaves(size)
        position = data.draw(st.integers(0, size - 1))
        root = _root_by_definition(leaves)

        path = inclusion_path(position, size, _node_over(leaves))

        assert [p for p in range(size) if includes(leaves[position], p, size, path, root)] == [
            position
        ]

    @given(st.data(), st.integers(1, 70))
    def test_of_consistency_hold_for_their_beginning_alone(self, data, size):
        leaves = _leaves(size)
        old = data.draw(st.integers(1, size))
        root = _root_by_definition(leaves)

        path = consistency_path(old, size, _node_over(leaves))

        assert extends(old, size, _root_by_definition(leaves[:old]), root, path)
        other = _root_by_definition([*leaves[: old - 1], leaf_hash(b"another")])
        assert not extends(old, size, other, root, path)

    def test_of_an_empty_tree_are_refused(self):
        empty = hashlib.sha256(b"").digest()

        assert not extends(0, 0, empty, empty, [])
        assert not extends(0, 1, empty, _leaves(1)[0], [])
        assert not includes(_leaves(1)[0], 0, 0, [], empty)


# RFC 8032, section 7.1: public key, message, signature.
PUBLISHED_SIGNATURES = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
]


class TestSignature:
    @pytest.mark.parametrize(("key", "text", "signature"), PUBLISHED_SIGNATURES)
    def test_of_the_standard_holds(self, key, text, signature):
        assert is_signed(bytes.fromhex(key), bytes.fromhex(text), bytes.fromhex(signature))

    @given(st.binary(min_size=32, max_size=32), st.binary(max_size=80), st.integers(0, 511))
    def test_is_judged_as_the_library_judges_it(self, seed, text, bit):
        key = Ed25519PrivateKey.from_private_bytes(seed)
        signature = key.sign(text)
        broken = bytearray(signature)
        broken[bit // 8] ^= 1 << bit % 8

        assert is_signed(key.public_key().public_bytes_raw(), text, signature)
        assert not is_signed(key.public_key().public_bytes_raw(), text, bytes(broken))
        assert not is_signed(key.public_key().public_bytes_raw(), text + b"x", signature)

    @pytest.mark.parametrize("key", [b"", b"\x00" * 31, b"\xff" * 32])
    def test_of_no_key_does_not_hold(self, key):
        assert not is_signed(key, b"", b"\x00" * 64)


class TestVerifier:
    def test_uses_nothing_but_the_standard_library(self):
        text = (ROOT / "src/tiebeam/platform/audit/verifier.py").read_text("utf-8")

        imported = set(re.findall(r"^(?:from|import) ([\w.]+)", text, re.MULTILINE))

        assert imported == {
            "argparse",
            "collections.abc",
            "hashlib",
            "json",
            "pathlib",
            "sys",
            "typing",
        }
