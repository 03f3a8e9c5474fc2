"""Invented letters of every kind in both languages, awkward names included: for the gallery and the tests."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any, Final, Literal

from solidarity.letters import wording
from solidarity.rules.letter import (
    DECIDING,
    PAYING,
    REASONED,
    REFUSING,
    REPLACING,
    Contact,
    DatedPayment,
    Decider,
    DecidingBody,
    Fund,
    Ground,
    LetterFacts,
    LetterKind,
    LetterLine,
    LogPosition,
    Payment,
    Pupil,
    Reason,
    Replaced,
    Review,
    RulesApplied,
    SchoolIdentity,
    Signatory,
    Step,
    Wanted,
)

FUND_NAME: Final = "Fonds de solidarité des Écoles de Production"
ADDRESS_LINES: Final = ("8, rue des Compagnons", "69003 Lyon")
SHORT_CALCULATION_STEPS: Final = 2
LONG_CALCULATION_STEPS: Final = 12
WORDS: Final[dict[str, dict[str, Any]]] = {
    "fr": {
        "guardian": ("Madame Maëlle d’Œuvray-Lecœur", "14 bis, rue de l’Abbé-Cœurderoy", "59100 Roubaix"),
        "subjects": {
            LetterKind.GRANT: "votre demande d’aide au transport et aux repas – aide accordée",
            LetterKind.PARTIAL: "votre demande d’aide au transport et aux repas – aide accordée en partie",
            LetterKind.REFUSAL: "votre demande d’aide au transport et aux repas – aide non accordée",
        },
        "subject": "votre demande d’aide au transport et aux repas",
        "trade": "usinage",
        "pass": "Abonnement de train Roubaix – Lille, 10 mois",
        "canteen": "Repas de midi à la cantine de l’école",
        "proofs": ("facture de l’abonnement", "avis du quotient familial", "certificat de présence"),
        "body": "Commission du fonds de solidarité",
        "capacity": "administratrice du fonds",
        "delegation": "Délégation du conseil d’administration du 12 septembre 2026.",
        "rules": "Barème de solidarité 2026-2027",
        "step": ("Dépense retenue", "facture du fournisseur, période entière retenue"),
        "same": ("Plafond de l’année", "limite 900,00 € par élève et par année ; déjà accordé 0,00 €"),
        "cap": ("Plafond par mois", "limite du barème × 10 mois"),
        "why": "Plafond de 42,00 € par mois atteint",
        "payee": "École de Production de Roubaix, pour le compte de l’élève",
        "means": "par virement bancaire",
        "condition": "présence en février",
        "review_body": "la commission de réexamen",
        "hours": "du lundi au vendredi, 9 h – 12 h",
        "review_reason": "Erreur sur la durée de l’abonnement.",
        "next_step": "Nous vous écrivons dès que la décision est prise, au plus tard sous trente jours.",
        "papers": ("la facture de l’abonnement", "l’avis du quotient familial de l’année"),
        "funder": "Ce fonds est soutenu par la Fondation des Ateliers d’Avenir (nom inventé).",
        "reasons": {
            Ground.NOT_ELIGIBLE: (
                "Le fonds aide les familles dont le quotient familial ne dépasse pas 600.",
                "Quotient familial maximal",
                "quotient 742, limite 600, écart 142",
            ),
            Ground.PAPERS_MISSING: (
                "La facture demandée n’est pas arrivée malgré notre relance.",
                "Pièces à fournir",
                "relance du 3 octobre 2026, sans réponse au 2 novembre 2026",
            ),
            Ground.NO_CREDIT: (
                "L’enveloppe transport de l’année est entièrement engagée.",
                "Crédits disponibles",
                "demandé 480,00 €, disponible 0,00 €",
            ),
            Ground.LIMITED: (
                "Le barème limite l’aide à l’abonnement à 42 € par mois.",
                "Plafond par mois",
                "demandé 48,00 € par mois, limite 42,00 € par mois",
            ),
        },
    },
    "en": {
        "guardian": ("Mrs Maëlle d’Œuvray-Lecœur", "14 bis, rue de l’Abbé-Cœurderoy", "59100 Roubaix"),
        "subjects": {
            LetterKind.GRANT: "your request for transport and food aid – aid granted",
            LetterKind.PARTIAL: "your request for transport and food aid – aid granted in part",
            LetterKind.REFUSAL: "your request for transport and food aid – aid not granted",
        },
        "subject": "your request for transport and food aid",
        "trade": "machining",
        "pass": "Train pass Roubaix – Lille, 10 months",
        "canteen": "Lunch at the school canteen",
        "proofs": ("invoice of the pass", "family quotient notice", "attendance certificate"),
        "body": "Committee of the solidarity fund",
        "capacity": "fund administrator",
        "delegation": "Delegation by the board of 12 September 2026.",
        "rules": "Solidarity scale 2026-2027",
        "step": ("Expense accepted", "invoice of the supplier, whole period accepted"),
        "same": ("Cap of the year", "limit €900.00 per pupil and year; already granted €0.00"),
        "cap": ("Cap per month", "limit of the scale × 10 months"),
        "why": "Cap of €42.00 a month reached",
        "payee": "École de Production de Roubaix, on behalf of the pupil",
        "means": "by bank transfer",
        "condition": "attendance in February",
        "review_body": "the review committee",
        "hours": "Monday to Friday, 9 to 12",
        "review_reason": "Mistake about the length of the pass.",
        "next_step": "We write to you as soon as the decision is taken, within thirty days at most.",
        "papers": ("the invoice of the pass", "this year’s family quotient notice"),
        "funder": "This fund is supported by the Fondation des Ateliers d’Avenir (invented name).",
        "reasons": {
            Ground.NOT_ELIGIBLE: (
                "The fund helps families whose family quotient is 600 at most.",
                "Highest family quotient",
                "quotient 742, limit 600, excess 142",
            ),
            Ground.PAPERS_MISSING: (
                "The invoice asked for did not arrive in spite of our reminder.",
                "Papers to provide",
                "reminder of 3 October 2026, no answer by 2 November 2026",
            ),
            Ground.NO_CREDIT: (
                "The transport envelope of the year is fully committed.",
                "Money available",
                "asked €480.00, available €0.00",
            ),
            Ground.LIMITED: (
                "The scale limits aid for a pass to €42 a month.",
                "Cap per month",
                "asked €48.00 a month, limit €42.00 a month",
            ),
        },
    },
}
PASS_CENTS, CAPPED_CENTS, CANTEEN_CENTS = 480_00, 420_00, 150_00


def samples() -> Iterator[tuple[str, LetterFacts]]:
    """Every kind in both languages under the name of its file; the partial grant has a long calculation."""
    for kind in LetterKind:
        step_count = LONG_CALCULATION_STEPS if kind == LetterKind.PARTIAL else SHORT_CALCULATION_STEPS
        yield f"{kind}-fr", sample_letter(kind, "fr", step_count=step_count)
        yield f"{kind}-en", sample_letter(kind, "en", step_count=step_count)


def _steps(words: dict[str, Any], *, count: int, asked: int, proposed: int) -> tuple[Step, ...]:
    """`count` steps, of which the last but one brings the amount down to what is proposed."""
    titles = [words["step"]] + [words["same"]] * (count - 2) + [words["cap"]]
    return tuple(
        Step(
            title=title,
            before_cents=asked,
            after_cents=proposed if rank == count - 1 else asked,
            explanation=explanation,
        )
        for rank, (title, explanation) in enumerate(titles)
    )


def _lines(kind: LetterKind, words: dict[str, Any], *, step_count: int) -> tuple[LetterLine, ...]:
    granted = {
        LetterKind.PARTIAL: (CAPPED_CENTS, CANTEEN_CENTS),
        LetterKind.REFUSAL: (0, 0),
        LetterKind.TERMINATION: (0, 0),
        LetterKind.MAINTAINED: (0, 0),
    }.get(kind, (PASS_CENTS, CANTEEN_CENTS))
    if kind not in DECIDING:
        granted = (0, 0)
    first_proposed = CAPPED_CENTS if kind == LetterKind.PARTIAL else PASS_CENTS
    figures = (
        ("transport", "pass", PASS_CENTS, first_proposed),
        ("food", "canteen", CANTEEN_CENTS, CANTEEN_CENTS),
    )
    return tuple(
        LetterLine(
            category=category,
            kind=name,
            description=words[name],
            period_from=date(2026, 9, 1),
            period_to=date(2027, 6, 30),
            asked_cents=asked,
            proposed_cents=proposed,
            granted_cents=given,
            reason=_why(kind, words) if given < asked else "",
            steps=_steps(words, count=step_count if name == "pass" else 2, asked=asked, proposed=proposed),
        )
        for (category, name, asked, proposed), given in zip(figures, granted, strict=True)
    )


def _why(kind: LetterKind, words: dict[str, Any]) -> str:
    return str(words["why"] if kind == LetterKind.PARTIAL else words["reasons"][Ground.NOT_ELIGIBLE][1])


def _reasons(kind: LetterKind, words: dict[str, Any], ground: Ground | None) -> tuple[Reason, ...]:
    if kind not in REASONED:
        return ()
    default = Ground.LIMITED if kind == LetterKind.PARTIAL else Ground.NOT_ELIGIBLE
    text, rule, figures = words["reasons"][ground or default]
    return (Reason(ground=ground or default, text=text, rule=rule, figures=figures),)


def _payment(words: dict[str, Any], language: str, total: int) -> Payment:
    return Payment(
        payee=words["payee"],
        means=words["means"],
        instalments=(
            DatedPayment(due_on=date(2026, 12, 1), amount_cents=total - 200_00),
            DatedPayment(due_on=date(2027, 3, 1), amount_cents=200_00, condition=words["condition"]),
        ),
        proof_deadline_on=date(2027, 1, 31),
        claim_by_on=date(2027, 6, 30),
        if_unused=wording.IF_UNUSED[language],
    )


def sample_letter(
    kind: LetterKind = LetterKind.GRANT,
    language: Literal["fr", "en"] = "fr",
    *,
    name: str = "Anne-Loëva d’Œuvray-Lecœur de la Bourdonnaye",
    number: int = 123,
    ground: Ground | None = None,
    step_count: int = SHORT_CALCULATION_STEPS,
) -> LetterFacts:
    words = WORDS[language]
    reference, code = f"L2026-{number:06d}", f"7F3K9M2Q8R4T6V1W5X0YZA{number:04d}"
    waiting = LetterFacts(
        kind=kind,
        language=language,
        number=reference,
        verification_code=code,
        verify_url=f"https://solidarite.example.org/verify?number={reference}&code={code}",
        request_reference="2026-000457",
        decision_number="",
        fund=_fund(words),
        school=SchoolIdentity(name="École de Production de Roubaix", town="Roubaix"),
        addressee_lines=words["guardian"],
        pupil=Pupil(name=name, birth_date=date(2009, 5, 1), trade=words["trade"]),
        subject=words["subjects"].get(kind, words["subject"]),
        requested_on=date(2026, 10, 5),
        complete_on=None,
        decided_on=None,
        issued_on=date(2026, 11, 3),
        decided_by=None,
        rules=RulesApplied(id="solidarite-2026-2027", title=words["rules"], sha256="5b1f0c9ad2e74836" * 4),
        proofs=words["proofs"],
        lines=_lines(kind, words, step_count=step_count),
        total_granted_cents=0,
        reasons=_reasons(kind, words, ground),
        payment=None,
        conditions=(),
        review=None,
        contact=_contact(words),
        signatory=_signatory(words),
        data_notice=wording.data_notice(language, controller=FUND_NAME, contact="dpo@solidarite.example.org"),
        computing=wording.COMPUTING_BEFORE_DECISION[language],
        log=LogPosition(size=4182, root="9c1185a5c5e9fc54612808977ee8f548b2258d31ddadef707ba62c166051c9e3"),
        funder_mention=words["funder"],
    )
    return _decided(waiting, words) if kind in DECIDING else _waiting(waiting, words)


def _waiting(facts: LetterFacts, words: dict[str, Any]) -> LetterFacts:
    wanted = Wanted(next_step=words["next_step"], papers=words["papers"], due_on=date(2026, 11, 24))
    return replace(facts, wanted=wanted)


def _decided(facts: LetterFacts, words: dict[str, Any]) -> LetterFacts:
    kind, language = facts.kind, facts.language
    total = sum(line.granted_cents for line in facts.lines)
    former = Replaced(number="L2026-000088", issued_on=date(2026, 10, 1), why=words["review_reason"])
    return replace(
        facts,
        decision_number="2026-000457-1",
        complete_on=date(2026, 10, 19),
        decided_on=date(2026, 11, 1),
        decided_by=_deciding_body(words),
        total_granted_cents=total,
        payment=_payment(words, language, total) if total else None,
        conditions=wording.CONDITIONS[language] if kind in PAYING else (),
        review=_review(words, language),
        computing=wording.COMPUTING[language],
        other_help=wording.other_help(language) if kind in REFUSING else (),
        replaces=former if kind in REPLACING else None,
    )


def _fund(words: dict[str, Any]) -> Fund:
    return Fund(
        name=FUND_NAME,
        address_lines=ADDRESS_LINES,
        email="fonds@solidarite.example.org",
        phone="04 00 00 00 10",
        hours=words["hours"],
        place="Lyon",
    )


def _deciding_body(words: dict[str, Any]) -> DecidingBody:
    people = ("Inès Vandenbroucke", "Paul-Émile N’Guessan")
    return DecidingBody(
        name=words["body"],
        people=tuple(Decider(name=name, capacity=words["capacity"]) for name in people),
        delegation=words["delegation"],
    )


def _review(words: dict[str, Any], language: str) -> Review:
    return Review(
        body=words["review_body"],
        delay_days=60,
        address_lines=ADDRESS_LINES,
        answer_days=45,
        independence=wording.INDEPENDENCE[language],
    )


def _contact(words: dict[str, Any]) -> Contact:
    return Contact(
        name="Inès Vandenbroucke",
        email="fonds@solidarite.example.org",
        phone="04 00 00 00 10",
        hours=words["hours"],
    )


def _signatory(words: dict[str, Any]) -> Signatory:
    return Signatory(
        given_name="Inès",
        family_name="Vandenbroucke",
        capacity=words["capacity"].capitalize(),
        delegation=words["delegation"],
    )
