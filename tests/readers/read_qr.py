"""Reads QR pictures with zxing-cpp, and prints one line of JSON for each: {"picture": path, "texts": [text, ...]}.

    read_qr.py PICTURE...

A picture without a code has an empty list. Exit codes: 0 every picture was opened, 2 one could not be.
"""

import json
import sys

import zxingcpp
from PIL import Image


def texts(picture: str) -> list[str]:
    with Image.open(picture) as image:
        codes = zxingcpp.read_barcodes(image.convert("L"), formats=zxingcpp.BarcodeFormat.QRCode)
    return [code.text for code in codes]


def main(pictures: list[str]) -> int:
    for picture in pictures:
        try:
            print(json.dumps({"picture": picture, "texts": texts(picture)}, ensure_ascii=False))
        except OSError as defect:
            print(f"read_qr: {picture}: {defect}", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
