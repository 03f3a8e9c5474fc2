"""Work that follows a commit: letters to render, mails to send."""

from piccolo.table import Table

from solidarity.store.columns import identity, link, moment, prose, small, words
from solidarity.store.tables.letters import LetterRow


class JobRow(Table, tablename="job"):
    """One piece of work, claimed by a worker for a while and done at least once."""

    id = identity()
    kind = words(20)
    ref = words(60)  # type: ignore[assignment]  # we never call Table.ref()
    priority = small()
    run_at = moment()
    attempts = small()
    claimed_until = moment(null=True)
    done_at = moment(null=True)
    set_aside_at = moment(null=True)
    problem = words(500, null=True)
    created_at = moment()


class MailRow(Table, tablename="mail"):
    """One mail of the outbox; no name of a student, ever."""

    id = identity()
    recipient = words(254)
    subject = words(200)
    body = prose()
    letter = link(LetterRow, null=True)
    created_at = moment()
    sent_at = moment(null=True)
    attempts = small()
    problem = words(500, null=True)
