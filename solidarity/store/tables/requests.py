"""Aid requests, their lines, their supporting documents and the money set aside for them."""

from piccolo.table import Table

from solidarity.store.columns import cents, count, day, flag, identity, link, moment, prose, small, words
from solidarity.store.tables.money import EnvelopeRow
from solidarity.store.tables.people import PersonRow
from solidarity.store.tables.schools import SchoolRow
from solidarity.store.tables.students import StudentRow


class RequestRow(Table, tablename="aid_request"):
    """One aid request of a school for a student."""

    id = identity()
    reference = words(16, unique=True)
    school = link(SchoolRow)
    student = link(StudentRow)
    school_year = words(9)
    urgency = words(12)
    narrative = prose(null=True)
    status = words(24)
    status_message = prose(null=True)
    status_due = day(null=True)
    answer = prose(null=True)
    requested_cents = cents()
    proposed_cents = cents()
    outcome = words(20)
    approvals_required = small()
    credit_enough = flag()
    created_by = link(PersonRow)
    created_at = moment()
    submitted_at = moment(null=True)
    decided_at = moment(null=True)
    changed_at = moment()
    version = small()


class LineRow(Table, tablename="aid_line"):
    """One line of a request; `amount_cents` is per occurrence of `frequency`."""

    id = identity()
    request = link(RequestRow)
    position = small()
    category = words(20)
    kind = words(40)
    description = words(300)
    amount_cents = cents()
    frequency = words(12)
    period_from = day()
    period_to = day()
    supplier = words(160, null=True)
    facts = prose()


class DocumentRow(Table, tablename="document"):
    """One supporting document; its bytes are in the archive under their hash."""

    id = identity()
    request = link(RequestRow)
    kind = words(40)
    file_name = words(160)
    media_type = words(60)
    size = count()
    sha256 = words(64)
    added_by = link(PersonRow)
    added_at = moment()


class ReservationRow(Table, tablename="reservation"):
    """Money set aside for one line until it is decided."""

    id = identity()
    request = link(RequestRow)
    position = small()
    envelope = link(EnvelopeRow)
    amount_cents = cents()
    state = words(12)
    at = moment()
