"""What people read about rulesets: faults and refusals."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "ruleset-fault": ("Ligne {line} : {message} {remedy}", "Line {line}: {message} {remedy}"),
    "ruleset-not-draft": (
        "Ce barème est déjà en vigueur ou l’a été.",
        "This ruleset is or was in force already.",
    ),
    "toml-expected": (
        "Envoyez le texte TOML du barème, en application/toml.",
        "Send the TOML text of the ruleset, as application/toml.",
    ),
    "toml-not-utf8": ("Ce texte n’est pas en UTF-8.", "This text is not in UTF-8."),
}
