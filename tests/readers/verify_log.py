"""Reads a published log (c2sp.org/tlog-tiles) with pymerkle and pyca/cryptography, which share no code with ours, and prints size and root.

    verify_log.py FOLDER VERIFIER_KEY

The root is that of the entries themselves, as pymerkle builds its tree, and not of the tiles; the tiles of level 0 are held against the
entries' hashes. Exit codes: 0 the log is what its checkpoint says, 1 it is not or nobody vouches for it, 2 the files are no log.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from pymerkle import InmemoryTree
from verify_log_proof import head_of

WIDTH = 256


def place_of(index: int) -> str:
    digits = str(index).zfill(-(-len(str(index)) // 3) * 3)
    parts = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    return "/".join([f"x{part}" for part in parts[:-1]] + parts[-1:])


def file_of(folder: Path, kind: str, index: int, size: int) -> bytes:
    width = min(WIDTH, size - index * WIDTH)
    return (folder / "tile" / kind / (place_of(index) + (f".p/{width}" if width < WIDTH else ""))).read_bytes()


def entries_of(bundle: bytes) -> Iterator[bytes]:
    while bundle:
        end = 2 + int.from_bytes(bundle[:2])
        if len(bundle) < end:
            raise ValueError("a bundle of entries is broken off")
        yield bundle[2:end]
        bundle = bundle[end:]


def is_whole(folder: Path, size: int, root: bytes) -> bool:
    tree = InmemoryTree(algorithm="sha256")
    for index in range(-(-size // WIDTH)):
        first = tree.get_size()
        for entry in entries_of(file_of(folder, "entries", index, size)):
            tree.append_entry(entry)
        # pymerkle counts leaves from 1.
        leaves = b"".join(tree.get_leaf(leaf) for leaf in range(first + 1, tree.get_size() + 1))
        if leaves != file_of(folder, "0", index, size):
            return False
    return tree.get_size() == size and tree.get_state() == root


def main(folder: Path, vkey: str) -> int:
    try:
        size, root = head_of((folder / "checkpoint").read_text(encoding="utf-8"), vkey)
        whole = is_whole(folder, size, root)
    except InvalidSignature:
        print("verify_log: the log has not signed this checkpoint", file=sys.stderr)
        return 1
    except (IndexError, OSError, ValueError) as defect:
        print(f"verify_log: {defect}", file=sys.stderr)
        return 2
    if not whole:
        print("verify_log: the entries do not make the root of the checkpoint", file=sys.stderr)
        return 1
    print(size, root.hex())
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1]), sys.argv[2].strip()))
