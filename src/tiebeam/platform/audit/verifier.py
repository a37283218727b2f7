"""
Check a proof that a record stands in the log: ``python verifier.py PROOF.json``.

An auditor runs this file alone, without Tiebeam and without any package: copy it
anywhere. It rests on SHA-256 and SHA-512 of the standard library, on the tree of
RFC 6962 and on the signatures of RFC 8032 (Ed25519), which it checks by itself.

What it cannot know is whose key signed. Say what you know from elsewhere:
``--key ID`` the key that the office published, ``--anchors FILE`` the heads that
you received at the time. It prints each fault by its name, and ends with
status 0 where there is none, 1 where there is one, 2 where the file is no proof.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

PROOF_FORMAT = "tiebeam-record-proof/1"
HEAD_FORMAT = "tiebeam-head/1"

# -- The tree (RFC 6962, section 2.1) ---------------------------------------


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf: SHA-256 of a zero byte and the data."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node: SHA-256 of a one byte and the hashes of both children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def includes(leaf: bytes, position: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Return whether *path* proves that *leaf* is at *position* of the tree of *size* and *root*."""
    if not 0 <= position < size or len(leaf) != 32:
        return False
    place, last, found = position, size - 1, leaf
    for step in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(step, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, step)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def extends(old_size: int, size: int, old_root: bytes, root: bytes, path: Sequence[bytes]) -> bool:
    """
    Return whether *path* proves that the old tree is the beginning of the new one.

    An empty tree begins every tree, so it proves nothing and is refused.
    """
    if not 0 < old_size <= size:
        return False
    if old_size == size:
        return not path and old_root == root
    steps = list(path)
    if old_size & (old_size - 1) == 0:
        steps.insert(0, old_root)
    if not steps:
        return False
    place, last = old_size - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old_found = found = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old_found, found = node_hash(step, old_found), node_hash(step, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, step)
        place, last = place >> 1, last >> 1
    return last == 0 and old_found == old_root and found == root


# -- Signatures (RFC 8032, section 5.1) -------------------------------------

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
Point = tuple[int, int, int, int]
"""x, y, z and x·y of a point on the curve, the first two times z."""


def _add(one: Point, other: Point) -> Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % _P
    b = (one[1] + one[0]) * (other[1] + other[0]) % _P
    c = 2 * _D * one[3] * other[3] % _P
    d = 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _multiply(factor: int, point: Point) -> Point:
    product: Point = (0, 1, 1, 0)
    while factor:
        if factor & 1:
            product = _add(product, point)
        point, factor = _add(point, point), factor >> 1
    return product


def _read_point(data: bytes) -> Point | None:
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * pow(2, (_P - 1) // 4, _P) % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = _P - x
    return x, y, 1, x * y % _P


_BASE = _read_point((4 * pow(5, -1, _P) % _P).to_bytes(32, "little"))


def is_signed(public_key: bytes, text: bytes, signature: bytes) -> bool:
    """Return whether *signature* is the Ed25519 signature of *text* by *public_key*."""
    if len(public_key) != 32 or len(signature) != 64 or _BASE is None:
        return False
    key, commitment = _read_point(public_key), _read_point(signature[:32])
    answer = int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or answer >= _L:
        return False
    digest = hashlib.sha512(signature[:32] + public_key + text).digest()
    challenge = int.from_bytes(digest, "little") % _L
    left, right = _multiply(answer, _BASE), _add(commitment, _multiply(challenge, key))
    return not any((left[i] * right[2] - right[i] * left[2]) % _P for i in (0, 1))


def key_id_of(public_key: bytes) -> str:
    """Return the name of a public key: the SHA-256 of its 32 bytes."""
    return hashlib.sha256(public_key).hexdigest()


def head_text(size: int, root: bytes, sealed_at: str, key_id: str) -> str:
    """Return the text of a head that is signed: four lines below the name of the form."""
    return f"{HEAD_FORMAT}\nsize {size}\nroot {root.hex()}\ntime {sealed_at}\nkey {key_id}\n"


def anchor_line(size: int, root: bytes, sealed_at: str, key_id: str, signature: bytes) -> str:
    """Return the one line by which a head is kept outside the database."""
    return f"{HEAD_FORMAT} {size} {root.hex()} {sealed_at} {key_id} {signature.hex()}"


# -- The proof of a record --------------------------------------------------


def list_faults(
    proof: Mapping[str, Any], key_id: str | None = None, anchors: Sequence[str] | None = None
) -> list[str]:
    """
    Return the names of what is wrong with *proof*; none means that it holds.

    Args:
        proof: What the file says.
        key_id: The key that must have signed; None takes the one in the proof.
        anchors: Lines kept outside the database, among which the head must be.

    Raises:
        KeyError, TypeError, ValueError: This is no proof.
    """
    if proof["format"] != PROOF_FORMAT:
        raise ValueError(proof["format"])
    head, public_key = proof["head"], _read_hash(proof["public_key"])
    size, root = _read_number(head["size"]), _read_hash(head["root"])
    signature, named = bytes.fromhex(head["signature"]), str(head["key_id"])
    faults = []
    if size == 0 or not proof["leaves"]:
        faults.append("nothing_proven")
    if key_id_of(public_key) != named:
        faults.append("key_is_not_the_one_named")
    if key_id is not None and named != key_id:
        faults.append("key_is_not_the_one_expected")
    if not is_signed(
        public_key, head_text(size, root, head["sealed_at"], named).encode(), signature
    ):
        faults.append("signature_does_not_hold")
    line = anchor_line(size, root, head["sealed_at"], named, signature)
    if anchors is not None and line not in anchors:
        faults.append("head_is_not_among_the_anchors")
    positions = [_read_number(leaf["position"]) for leaf in proof["leaves"]]
    if len(set(positions)) < len(positions):
        faults.append("position_given_twice")
    for leaf in proof["leaves"]:
        faults += _list_leaf_faults(leaf, proof["record"], size, root)
    return faults


def _list_leaf_faults(leaf: Mapping[str, Any], record: str, size: int, root: bytes) -> list[str]:
    position, path = leaf["position"], [_read_hash(step) for step in leaf["path"]]
    content = json.loads(leaf["body"])
    faults = []
    if content["record_id"] != record:
        faults.append(f"leaf_of_another_record at {position}")
    if content["algorithm"] != "sha256":
        faults.append(f"hash_not_known at {position}")
    if not includes(leaf_hash(leaf["body"].encode()), position, size, path, root):
        faults.append(f"path_does_not_lead_to_the_root at {position}")
    return faults


def _read_hash(text: str) -> bytes:
    data = bytes.fromhex(text)
    if len(data) != 32:
        raise ValueError(text)
    return data


def _read_number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(value)
    return value


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the file that the command line names, print what holds, return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").strip().splitlines()[0])
    parser.add_argument("proof", type=Path, metavar="PROOF.json")
    parser.add_argument("--key", metavar="ID")
    parser.add_argument("--anchors", type=Path, metavar="FILE")
    asked = parser.parse_args(arguments)
    try:
        proof = json.loads(asked.proof.read_text(encoding="utf-8"))
        anchors = asked.anchors.read_text(encoding="utf-8").splitlines() if asked.anchors else None
        faults = list_faults(proof, asked.key, anchors)
    except (KeyError, TypeError, ValueError, OSError) as error:
        sys.stderr.write(f"no proof: {type(error).__name__} {error}\n")
        return 2
    for fault in faults:
        sys.stdout.write(f"fault: {fault}\n")
    head = proof["head"]
    for leaf in [] if faults else proof["leaves"]:
        content = json.loads(leaf["body"])
        sys.stdout.write(f"proven: {leaf['position']} {content['at']} {content['action']}\n")
    sys.stdout.write(f"head: size {head['size']} sealed {head['sealed_at']} key {head['key_id']}\n")
    if asked.key is None and anchors is None:
        sys.stdout.write("not checked: whose key this is (--key, --anchors)\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
