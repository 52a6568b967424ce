"""Reads an export of kanhe by tarfile, cbor2, pycose and hashlib, which share no code with ours, verifies all of it, and counts.

    read_export.py EXPORT_TAR [VERIFIER_KEY]

Every signed certificate is opened with the keys that the manifest gives its agency, and the manifest with root.pub; every line must say
what the signed file says; every event must hash to its entry, and all entries to the root of the log, or each to its proof under the
log's verifier key. Prints one JSON object. Exit codes: 0 everything holds, 1 something does not.
"""

import base64
import hashlib
import json
import sys
import tarfile
from collections import Counter

import cbor2
from pycose.keys import OKPKey
from pycose.keys.curves import Ed25519
from verify_log_proof import main as verify_log_proof
from verify_seal import sign1


def opened(message: bytes, keys: list[bytes]):
    for key in keys:
        parsed = sign1(message)
        parsed.key = OKPKey(crv=Ed25519, x=key)
        if parsed.verify_signature():
            return cbor2.loads(parsed.payload)
    raise ValueError("no key of its agency signed this")


def root_of(entries: list[bytes]) -> bytes:
    def tree(hashes: list[bytes]) -> bytes:
        if len(hashes) == 1:
            return hashes[0]
        left = 1
        while left * 2 < len(hashes):
            left *= 2
        return hashlib.sha256(b"\x01" + tree(hashes[:left]) + tree(hashes[left:])).digest()

    return tree([hashlib.sha256(b"\x00" + entry).digest() for entry in entries]) if entries else hashlib.sha256(b"").digest()


def same(claim: object, fact: object, what: str) -> None:
    if claim != fact:
        raise ValueError(f"{what}: the line says {claim!r}, the signed bytes say {fact!r}")


class Export:
    def __init__(self, path: str):
        self.tar = tarfile.open(path)
        self.names = {member.name.removeprefix("export/"): member for member in self.tar.getmembers()}
        self.about = json.loads(self.read("export.json"))

    def read(self, name: str) -> bytes:
        return self.tar.extractfile(self.names[name]).read()

    def lines(self, name: str):
        return [json.loads(line) for line in self.read(name).splitlines()]

    def agencies(self) -> dict[str, list[bytes]]:
        root = base64.b64decode(self.read("root.pub").decode().strip().split("+", 2)[2])[1:]
        manifest = opened(self.read("manifest.cose"), [root])
        return {agency[0]: [key[0][-2] for key in agency[2]] for agency in manifest[5]}


ACTS = "issue renew amend suspend reinstate revoke annul cancel transfer_out transfer_in undo_transfer manifest reject lodge review withdraw alias type recognition".split()


def check_event(line: dict) -> None:
    encoded = bytes.fromhex(line["cbor"])
    same(line["entry"], hashlib.sha256(encoded).hexdigest(), "entry")
    event = cbor2.loads(encoded)
    claimed = [line[name] for name in ("act", "subject", "basis", "reason", "actor", "other")]
    same(claimed, [ACTS[event[0]], event[1], event[6], event[7], event[8], event.get(10)], "event")


def check_certificate(line: dict, export: Export, agencies: dict[str, list[bytes]], events: dict[int, dict]) -> None:
    for event in line["history"]:
        logged = events[event["index"]]
        same(event, {name: logged[name] for name in event}, "history")
    issued = cbor2.loads(bytes.fromhex(events[line["history"][0]["index"]]["cbor"]))
    same(line["sha256"], issued[2].hex(), "digest in the log")
    if line["file"] is None:
        return
    message = export.read(line["file"])
    same(line["sha256"], hashlib.sha256(message).hexdigest(), "digest")
    signed = opened(message, agencies[line["issuer"]["code"]])
    same(line["identifier"], signed[0], "identifier")
    same(line["number"], signed[1], "number")
    same(line["slot"], signed[12], "slot")
    holders = [[holder["name"], int(holder["code_type"]), holder["code"]] for holder in line["holders"]]
    same(holders, [list(holder) for holder in signed[4]], "holders")
    same([[field["name"], field["value"]] for field in line["fields"]], [list(field) for field in signed[9]], "fields")


def check_application(line: dict, events: dict[int, dict]) -> None:
    history = [events[index] for index in line["events"]]
    same(["lodge", line["code"]], [history[0]["act"], history[0]["subject"]], "application")
    same(line["stage"] in ("in_review", "for_decision"), history[-1]["act"] in ("lodge", "review"), "stage")


def check_log(export: Export, events: dict[int, dict]) -> None:
    log = export.about["log"]
    same(sorted(events), list(range(log["size"])), "events")
    entries = [bytes.fromhex(events[index]["entry"]) for index in range(log["size"])]
    same(log["root"], base64.b64encode(root_of(entries)).decode(), "root")
    bundles = sorted(name for name in export.names if name.startswith("log/tile/entries/"))
    same(b"".join(export.read(name) for name in bundles), b"".join(b"\x00\x20" + entry for entry in entries), "bundles")
    if log["published"] is not None:
        size, root = export.read("log/checkpoint").decode().splitlines()[1:3]
        same([int(size), root], [log["published"], base64.b64encode(root_of(entries[: int(size)])).decode()], "checkpoint")


def main(path: str, vkey: str | None) -> int:
    export = Export(path)
    try:
        agencies = export.agencies()
        certificates = export.lines("certificates.jsonl")
        events = {line["index"]: line for line in export.lines("events.jsonl")}
        for line in events.values():
            check_event(line)
        for line in certificates:
            check_certificate(line, export, agencies, events)
        applications = export.lines("applications.jsonl")
        for line in applications:
            check_application(line, events)
        if export.about["scope"] == "library":
            check_log(export, events)
        proofs = sorted(name for name in export.names if name.startswith("proofs/"))
        for name in proofs:
            index = int(name.removeprefix("proofs/").removesuffix(".tlog-proof"))
            if verify_log_proof(export.read(name).decode(), vkey, events[index]["entry"]) != 0:
                raise ValueError(f"{name} proves nothing")
    except (KeyError, ValueError, TypeError) as defect:
        print(f"read_export: {defect!r}", file=sys.stderr)
        return 1
    states = Counter((line["type"]["code"], line["issuer"]["code"], line["state"]) for line in certificates)
    print(
        json.dumps(
            {
                "certificates": len(certificates),
                "signed": sum(line["file"] is not None for line in certificates),
                "applications": len(applications),
                "events": len(events),
                "proofs": len(proofs),
                "aliases": export.lines("aliases.jsonl"),
                "totals": [{"type": kind, "agency": agency, "state": state, "count": count} for (kind, agency, state), count in sorted(states.items())],
            }
        )
    )
    return 0


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2] if len(sys.argv) == 3 else None))
