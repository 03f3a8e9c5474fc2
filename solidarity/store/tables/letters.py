"""Letters: the frozen facts, and the one file rendered from them."""

from piccolo.table import Table

from solidarity.store.columns import count, identity, link, moment, prose, words
from solidarity.store.tables.decisions import DecisionRow
from solidarity.store.tables.requests import RequestRow
from solidarity.store.tables.schools import SchoolRow


class LetterRow(Table, tablename="letter"):
    """One letter, numbered and frozen in the transaction of its decision."""

    id = identity()
    number = words(16, unique=True)
    kind = words(30)
    language = words(2)
    request = link(RequestRow)
    decision = link(DecisionRow, null=True)
    school = link(SchoolRow)
    school_year = words(9)
    facts = prose()
    content_sha256 = words(64)
    verification_code = words(26, unique=True)
    issued_at = moment()
    supersedes = link("self", null=True)


class LetterFileRow(Table, tablename="letter_file"):
    """The sealed file of a letter, written once."""

    id = identity()
    letter = link(LetterRow)
    sha256 = words(64)
    unsigned_sha256 = words(64)
    size = count()
    rendered_at = moment()
