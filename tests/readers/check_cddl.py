"""Says whether documents are what a rule of a CDDL schema describes, by the reader `zcbor`.

    check_cddl.py SCHEMA COMMON RULE HEX...

Exit code 0: all are. 1: one is not, and which and why is printed.
"""

import re
import sys
from pathlib import Path

from zcbor import CddlValidationError, DataTranslator

# A word of RFC 8610's prelude that this reader lacks.
PRELUDE = "null = nil\n"

# This reader reads `*` and `+` as "at most so many": no document of the tests has more items in a row.
MOST = 1_000


def main() -> int:
    schema, common, rule, *documents = sys.argv[1:]
    rules = PRELUDE + Path(schema).read_text() + "\n" + Path(common).read_text()
    # This reader makes a Python name of every word.
    rules = re.sub(r"\bfrom\b", "from-day", rules)
    described = DataTranslator.from_cddl(rules, MOST).my_types[rule]
    for place, document in enumerate(documents):
        try:
            described.validate_str(bytes.fromhex(document))
        except CddlValidationError as error:
            print(f"document {place}: {error}")
            return 1
    return 0


sys.exit(main())
