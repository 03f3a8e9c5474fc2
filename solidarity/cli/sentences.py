"""The sentences of codes that only the command line shows: French, then English."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "not-found": ("Introuvable.", "Not found."),
    "person-unknown": ("Aucun compte n’a cette adresse.", "No account has this address."),
    "email-taken": ("Un compte a déjà cette adresse.", "An account has this address already."),
    "account-disabled": ("Ce compte est fermé.", "This account is disabled."),
    "school-unknown": ("Aucune école n’a ce slug.", "No school has this slug."),
    "director-needs-school": (
        "Un directeur a une école : ajoutez --school SLUG.",
        "A director has a school: add --school SLUG.",
    ),
    "school-only-for-director": (
        "Seul un directeur a une école : retirez --school.",
        "Only a director has a school: leave --school out.",
    ),
    "csv-columns": (
        "Les colonnes ne conviennent pas (manquent : {missing} ; inconnues : {unknown}).",
        "The columns do not fit (missing: {missing}; unknown: {unknown}).",
    ),
    "csv-cells": ("{found} cellules au lieu de {expected}.", "{found} cells instead of {expected}."),
    "csv-too-long": ("Plus de {most} lignes.", "More than {most} rows."),
    "csv-not-utf8": ("Le fichier n’est pas du CSV en UTF-8.", "The file is not CSV in UTF-8."),
    "slug-unreadable": (
        "Un slug n’a que des minuscules sans accent, des chiffres et des tirets.",
        "A slug has only small letters without accents, digits and hyphens.",
    ),
    "status-unknown": (
        "Écrivez active ou out_of_partnership.",
        "Write active or out_of_partnership.",
    ),
    "language-unknown": ("Écrivez fr ou en.", "Write fr or en."),
    "birth-date-out-of-range": (
        "La date de naissance n’est pas possible.",
        "The birth date is not possible.",
    ),
}
