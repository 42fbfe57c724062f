"""`make messages`: bring the catalogues up to date with the source, and compile them."""

from __future__ import annotations

import sys

from tests.messages import catalogue
from tests.messages.extraction import messages
from tests.messages.preset_texts import preset_texts


def main() -> int:
    """Write the catalogue's two files; returns 1 where something is not translated."""
    said = messages()
    before = catalogue.read()
    found = catalogue.updated(before, said)
    catalogue.PO.write_bytes(catalogue.po_text(found))
    catalogue.MO.write_bytes(catalogue.mo_bytes(found, preset_texts()))
    lacking = catalogue.state(found, said)
    gone = catalogue.state(before, said).stale
    for text in gone:
        print(f"dropped: {text}")
    for text in lacking.missing:
        print(f"not translated: {text}")
    for text in lacking.unfit:
        print(f"other fields: {text}")
    print(f"{len(said)} messages, {len(lacking.missing)} not translated")
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
