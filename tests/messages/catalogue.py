"""The catalogue of a language: brought up to date with the source, and compiled."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tests.messages.extraction import Message
from tests.messages.sentence import fields
from tui.language.phrase_book import DOMAIN, FOLDER

LANGUAGE = "zh_CN"
_ALWAYS = datetime(2026, 1, 1, tzinfo=UTC)
"""The files say nothing of when they were written: they differ where a sentence does."""
PO = FOLDER / LANGUAGE / "LC_MESSAGES" / f"{DOMAIN}.po"
MO = PO.with_suffix(".mo")


@dataclass
class State:
    """What is wrong with a catalogue."""

    missing: list[str] = field(default_factory=list)
    """Said, and not translated."""
    stale: list[str] = field(default_factory=list)
    """Translated, and said no more."""
    unfit: list[str] = field(default_factory=list)
    """Translations whose fields are not those of the sentence."""

    def __bool__(self) -> bool:
        return bool(self.missing or self.stale or self.unfit)


def read(path: Path = PO) -> Catalog:
    """The catalogue of a file."""
    with path.open("rb") as file:
        return read_po(file, locale=LANGUAGE, domain=DOMAIN)


def state(catalogue: Catalog, said: list[Message]) -> State:
    """How a catalogue agrees with what is said."""
    found = State()
    known = {_key(entry): entry for entry in catalogue if entry.id}
    for message in said:
        entry = known.get(message.text)
        if entry is None or not _string(entry) or entry.fuzzy:
            found.missing.append(message.text)
        elif not fields(_string(entry)) <= fields(message.text) | fields(message.many):
            found.unfit.append(f"{message.text} -> {_string(entry)}")
    texts = {one.text for one in said}
    found.stale = [text for text in known if text not in texts]
    found.stale += [str(text) for text in catalogue.obsolete]
    return found


def updated(catalogue: Catalog, said: list[Message]) -> Catalog:
    """A catalogue of what is said, with the translations that are known."""
    known = {_key(entry): _string(entry) for entry in catalogue if entry.id}
    found = Catalog(
        locale=LANGUAGE,
        domain=DOMAIN,
        project="perceptui",
        version="",
        header_comment=catalogue.header_comment,
        creation_date=_ALWAYS,
        revision_date=_ALWAYS,
        last_translator="perceptui",
        language_team="perceptui",
        msgid_bugs_address="-",
        fuzzy=False,
    )
    for message in said:
        text = known.get(message.text, "")
        entry = Entry(
            (message.text, message.many) if message.many else message.text,
            (text,) if message.many else text,
            locations=[(message.file, 0)] if message.file else [],
        )
        entry.flags.clear()  # a sentence with 50 % in it is no format
        found[entry.id] = entry
    return found


def po_text(catalogue: Catalog) -> bytes:
    """The catalogue as its file has it."""
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=100, include_lineno=False, ignore_obsolete=True)
    return buffer.getvalue()


def phrases(catalogue: Catalog, texts: Mapping[str, str]) -> dict[str, str]:
    """All that is said, with texts that have tables of their own.

    So they need no second file at the start, and are found in a record too.
    """
    found: dict[str, str] = {}
    for entry in catalogue:
        # A sentence that was made already has one form of a plural or the other.
        ids = [entry.id] if isinstance(entry.id, str) else [*entry.id]
        found |= {text: _string(entry) for text in ids if text and _string(entry)}
    return {**found, **texts}


def mo_bytes(catalogue: Catalog, texts: Mapping[str, str]) -> bytes:
    """The catalogue as gettext reads it."""
    plain = Catalog(locale=LANGUAGE, domain=DOMAIN, header_comment="", fuzzy=False)
    plain.mime_headers = catalogue.mime_headers
    for text, said in phrases(catalogue, texts).items():
        plain[text] = Entry(text, said)
    buffer = io.BytesIO()
    write_mo(buffer, plain)
    return buffer.getvalue()


def _key(entry: Entry) -> str:
    return entry.id if isinstance(entry.id, str) else entry.id[0]


def _string(entry: Entry) -> str:
    said = entry.string or ""
    return said if isinstance(said, str) else said[0]
