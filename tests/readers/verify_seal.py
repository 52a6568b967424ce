"""Verifies a COSE_Sign1 with pycose, a reader that shares no code with ours, and prints its payload in hex.

    verify_seal.py MESSAGE_HEX PUBLIC_KEY_HEX

The message may bear tag 18 or not. Exit codes: 0 the signature holds, 1 it does not, 2 the input is no COSE_Sign1 or no key.
"""

import sys

import cbor2
from pycose.exceptions import CoseException
from pycose.headers import Algorithm
from pycose.keys import OKPKey
from pycose.keys.curves import Ed25519
from pycose.messages import Sign1Message


def sign1(message: bytes) -> Sign1Message:
    parts = cbor2.loads(message)
    if isinstance(parts, cbor2.CBORTag):
        if parts.tag != Sign1Message.cbor_tag:
            raise ValueError(f"tag {parts.tag} is not {Sign1Message.cbor_tag}, COSE_Sign1")
        parts = parts.value
    return Sign1Message.from_cose_obj(list(parts), allow_unknown_attributes=True)


def main(message_hex: str, key_hex: str) -> int:
    try:
        message = sign1(bytes.fromhex(message_hex))
        message.key = OKPKey(crv=Ed25519, x=bytes.fromhex(key_hex))
        believed = message.get_attr(Algorithm) is not None and message.verify_signature()
    except (CoseException, cbor2.CBORDecodeError, TypeError, ValueError) as defect:
        print(f"verify_seal: {defect}", file=sys.stderr)
        return 2
    if not believed:
        print("verify_seal: the signature does not hold", file=sys.stderr)
        return 1
    print(message.payload.hex())
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
