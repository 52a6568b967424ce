"""Verifies a proof bundle of c2sp.org/tlog-proof by hashlib and pyca/cryptography, which share no code with ours, and prints index and size.

    verify_log_proof.py BUNDLE_TEXT VERIFIER_KEY ENTRY_HEX

The root is computed top down, from the sizes as RFC 6962 section 2.1 splits them, and not bottom up as our verifier does.
Exit codes: 0 the entry stands in the log, 1 it does not or nobody vouches for it, 2 the input is no bundle or no key.
"""

import base64
import hashlib
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def key_of(vkey: str) -> tuple[str, bytes, Ed25519PublicKey]:
    name, key_id, encoded = vkey.split("+", 2)
    key = base64.b64decode(encoded, validate=True)
    if hashlib.sha256(name.encode() + b"\n" + key).digest()[:4].hex() != key_id or key[0] != 1:
        raise ValueError("this is no verifier key of Ed25519")
    return name, bytes.fromhex(key_id), Ed25519PublicKey.from_public_bytes(key[1:])


def head_of(note: str, vkey: str) -> tuple[int, bytes]:
    name, key_id, key = key_of(vkey)
    text, lines = note.rsplit("\n\n", 1)
    text += "\n"
    signatures = [base64.b64decode(line.split(" ")[2], validate=True) for line in lines.splitlines() if line.startswith(f"— {name} ")]
    signatures = [signature[4:] for signature in signatures if signature[:4] == key_id]
    if not signatures:
        raise InvalidSignature
    for signature in signatures:
        key.verify(signature, text.encode())
    origin, size, root = text.splitlines()[:3]
    if origin != name:
        raise InvalidSignature
    return int(size), base64.b64decode(root, validate=True)


def root_of(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    if size == 1:
        return leaf
    left = 1
    while left * 2 < size:
        left *= 2
    beside = path.pop()
    if index < left:
        below = root_of(leaf, index, left, path)
        return hashlib.sha256(b"\x01" + below + beside).digest()
    below = root_of(leaf, index - left, size - left, path)
    return hashlib.sha256(b"\x01" + beside + below).digest()


def main(bundle: str, vkey: str, entry_hex: str) -> int:
    try:
        proof, note = bundle.split("\n\n", 1)
        lines = proof.split("\n")
        if lines.pop(0) != "c2sp.org/tlog-proof@v1":
            raise ValueError("the first line is another")
        if lines[0].startswith("extra "):
            lines.pop(0)
        index = int(lines.pop(0).removeprefix("index "))
        path = [base64.b64decode(line, validate=True) for line in lines]
        size, root = head_of(note, vkey)
        leaf = hashlib.sha256(b"\x00" + bytes.fromhex(entry_hex)).digest()
        included = 0 <= index < size and root_of(leaf, index, size, path) == root and not path
    except InvalidSignature:
        print("verify_log_proof: the log has not signed this checkpoint", file=sys.stderr)
        return 1
    except (IndexError, ValueError) as defect:
        print(f"verify_log_proof: {defect}", file=sys.stderr)
        return 2
    if not included:
        print("verify_log_proof: the proof does not lead to the root", file=sys.stderr)
        return 1
    print(index, size)
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
