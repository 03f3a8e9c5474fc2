"""What people read about students and schools: French, then English."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "school-out-of-partnership": (
        "Cette école n’est plus partenaire du fonds : on ne peut plus y ajouter d’élève.",
        "This school is no longer a partner of the fund: no student can be added to it.",
    ),
    "duplicate-student": (
        "Un élève porte déjà ce nom et cette date de naissance.",
        "A student already has this name and birth date.",
    ),
    "birth-date-in-future": ("La date de naissance est dans le futur.", "The birth date is in the future."),
    "birth-date-too-old": (
        "Vérifiez l’année de naissance : cet élève aurait plus de {most} ans.",
        "Check the birth year: this student would be over {most}.",
    ),
    "birth-date-too-young": (
        "Vérifiez l’année de naissance : cet élève aurait moins de {least} ans.",
        "Check the birth year: this student would be under {least}.",
    ),
    "guardian-name-needed": (
        "Écrivez aussi le nom de la personne à qui écrire.",
        "Also write the name of the person to write to.",
    ),
    "guardian-address-needed": ("Écrivez aussi l’adresse complète.", "Also write the full address."),
    "student-added": ("L’élève est ajouté.", "The student is added."),
    "student-saved": ("Les informations de l’élève sont enregistrées.", "The student’s details are saved."),
    "search-too-short": ("Écrivez au moins deux lettres.", "Write at least two letters."),
}
