"""The sentences of the toolkit's own codes, and of values that cannot be read: French, then English."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    # requests that no route sees
    "refused": ("Cette action n’a pas pu être faite.", "This action could not be done."),
    "unknown-host": ("Ce service ne répond pas sous ce nom.", "This service does not answer to that name."),
    "address-too-long": ("L’adresse est trop longue.", "The address is too long."),
    "address-unreadable": (
        "L’adresse contient des caractères illisibles.",
        "The address contains unreadable characters.",
    ),
    "headers-too-large": ("Les en-têtes sont trop longs.", "The headers are too long."),
    "length-unreadable": ("La longueur annoncée est illisible.", "The announced length is unreadable."),
    "duplicate-parameter": ("Un paramètre est donné deux fois.", "A parameter is given twice."),
    "invalid-parameter": ("Le paramètre « {name} » est illisible.", "The parameter “{name}” is unreadable."),
    "method-not-allowed": (
        "Cette adresse n’accepte pas cette action.",
        "This address does not accept that action.",
    ),
    "body-too-large": ("L’envoi dépasse la taille permise.", "What was sent is larger than allowed."),
    "malformed": ("La demande est illisible.", "The request is unreadable."),
    "unsupported-media-type": (
        "Le contenu doit être envoyé en application/json.",
        "The content must be sent as application/json.",
    ),
    # JSON
    "json-unreadable": (
        "Le corps n’est pas du JSON valide en UTF-8.",
        "The body is not valid JSON in UTF-8.",
    ),
    "json-duplicate-key": ("La clé « {key} » est donnée deux fois.", "The key “{key}” is given twice."),
    "json-too-deep": ("Le JSON est trop imbriqué.", "The JSON is nested too deeply."),
    "json-text-broken": (
        "Un texte contient des caractères interdits.",
        "A text contains forbidden characters.",
    ),
    "unknown-field": ("Ce champ n’existe pas.", "This field does not exist."),
    "object-expected": ("Un objet est attendu.", "An object is expected."),
    "list-expected": ("Une liste est attendue.", "A list is expected."),
    "text-expected": ("Un texte est attendu.", "A text is expected."),
    "integer-expected": ("Un nombre entier est attendu.", "A whole number is expected."),
    "cents-expected": (
        "Un nombre entier de centimes est attendu, sans virgule.",
        "A whole number of cents is expected, without decimals.",
    ),
    "boolean-expected": ("Vrai ou faux est attendu.", "True or false is expected."),
    "value-unreadable": ("Cette valeur n’est pas acceptée.", "This value is not accepted."),
    "out-of-range": ("Cette valeur est hors limites.", "This value is out of range."),
    "list-too-long": ("La liste est trop longue ({most} au plus).", "The list is too long (at most {most})."),
    "list-too-short": ("La liste est trop courte.", "The list is too short."),
    "multipart-expected": (
        "Le contenu doit être envoyé en multipart/form-data.",
        "The content must be sent as multipart/form-data.",
    ),
    "cursor-unreadable": (
        "Ce curseur n’est pas celui de cette liste. Repartez du début.",
        "This cursor is not one of this list. Start again from the beginning.",
    ),
    "idempotency-key-unreadable": (
        "L’en-tête Idempotency-Key doit avoir 1 à 255 caractères ASCII visibles.",
        "The Idempotency-Key header must have 1 to 255 visible ASCII characters.",
    ),
    "idempotency-key-reused": (
        "Cette clé a déjà servi pour un autre envoi.",
        "This key was already used for something else.",
    ),
    "version-required": (
        "Envoyez l’en-tête If-Match avec la version que vous avez lue.",
        "Send the If-Match header with the version you read.",
    ),
    "version-unreadable": ("L’en-tête If-Match est illisible.", "The If-Match header is unreadable."),
    # access
    "unauthenticated": ("Connectez-vous pour continuer.", "Sign in to continue."),
    "forbidden": (
        "Votre rôle ne permet pas cette action.",
        "Your role does not allow this action.",
    ),
    "no-school": ("Aucune école n’est rattachée à votre compte.", "No school is attached to your account."),
    "not-found": ("Ce que vous cherchez n’existe pas.", "What you are looking for does not exist."),
    "conflict": (
        "L’état actuel ne permet pas cette action.",
        "The current state does not allow this action.",
    ),
    "stale": (
        "Quelqu’un l’a modifié depuis que vous l’avez lu.",
        "Somebody changed it since you read it.",
    ),
    "gone": ("Ce contenu a été supprimé ou déjà utilisé.", "This content was removed or already used."),
    "too-many": ("Trop d’essais en peu de temps.", "Too many attempts in a short time."),
    "forged-form": (
        "Ce formulaire n’a pas été envoyé depuis votre session en cours. Rien n’a été enregistré.",
        "This form was not sent from your current session. Nothing was saved.",
    ),
    "invalid": ("Certaines valeurs sont à corriger.", "Some values need correcting."),
    "busy": ("Le service est très sollicité.", "The service is very busy."),
    "internal": ("L’erreur vient de nous, pas de vous.", "The error is ours, not yours."),
    # fields
    "required": ("Ce champ est obligatoire.", "This field is required."),
    "choice-required": ("Choisissez une réponse.", "Choose an answer."),
    "choice-unknown": ("Choisissez une des réponses proposées.", "Choose one of the answers offered."),
    "file-required": ("Choisissez un fichier.", "Choose a file."),
    "several-files": ("Choisissez un seul fichier.", "Choose one file only."),
    "given-twice": ("Ce champ a été envoyé deux fois.", "This field was sent twice."),
    "number-unreadable": ("Écrivez un nombre entier, par exemple 3.", "Write a whole number, such as 3."),
    "number-too-small": (
        "Le plus petit nombre permis est {least}.",
        "The smallest number allowed is {least}.",
    ),
    "number-too-large": ("Le plus grand nombre permis est {most}.", "The largest number allowed is {most}."),
    "too-many-lines": ("Pas plus de {most} lignes.", "No more than {most} lines."),
    # rules.money
    "amount-required": ("Écrivez un montant.", "Write an amount."),
    "amount-negative": ("Le montant ne peut pas être négatif.", "The amount cannot be negative."),
    "amount-ambiguous": (
        "Ce montant peut se lire de deux façons. Écrivez-le ainsi : 1 234,50.",
        "This amount can be read in two ways. Write it like this: 1234.50.",
    ),
    "amount-decimals": ("Deux chiffres au plus après la virgule.", "At most two digits after the point."),
    "amount-too-large": ("Ce montant est trop grand.", "This amount is too large."),
    "amount-unreadable": (
        "Écrivez un montant en euros, par exemple 84,10.",
        "Write an amount in euros, such as 84.10.",
    ),
    # rules.calendar
    "day-required": ("Indiquez une date.", "Give a date."),
    "day-short-year": ("Écrivez l’année avec quatre chiffres.", "Write the year with four digits."),
    "day-unreadable": (
        "Écrivez la date ainsi : 27/11/2026.",
        "Write the date like this: 27/11/2026.",
    ),
    "day-impossible": ("Cette date n’existe pas.", "This date does not exist."),
    "day-out-of-range": (
        "L’année doit être entre {first_year} et {last_year}.",
        "The year must be between {first_year} and {last_year}.",
    ),
    "school-year-unreadable": (
        "Écrivez l’année scolaire ainsi : 2026-2027.",
        "Write the school year like this: 2026-2027.",
    ),
    "period-reversed": ("La fin est avant le début.", "The end is before the beginning."),
    "frequency-unknown": ("Choisissez une fréquence proposée.", "Choose one of the frequencies offered."),
    "duration-unreadable": (
        "Écrivez une durée telle que P30D ou P3M.",
        "Write a duration such as P30D or P3M.",
    ),
    # rules.text
    "text-too-long": ("Pas plus de {most} caractères.", "No more than {most} characters."),
    "text-broken": (
        "Ce texte contient des caractères illisibles.",
        "This text contains unreadable characters.",
    ),
    "text-direction": (
        "Ce texte contient des signes invisibles qui changent le sens de lecture.",
        "This text contains invisible signs that change the reading direction.",
    ),
    "text-control": (
        "Ce texte contient des caractères de contrôle.",
        "This text contains control characters.",
    ),
    "text-invisible": ("Ce texte ne contient rien de visible.", "This text contains nothing visible."),
    "text-too-many-lines": ("Pas plus de {most} lignes de texte.", "No more than {most} lines of text."),
    "name-required": ("Écrivez un nom.", "Write a name."),
    "name-character": (
        "Le signe « {character} » n’est pas accepté dans un nom.",
        "The sign “{character}” is not accepted in a name.",
    ),
    "email-required": ("Écrivez une adresse électronique.", "Write an e-mail address."),
    "email-several": ("Écrivez une seule adresse électronique.", "Write one e-mail address only."),
    "email-unreadable": (
        "Écrivez une adresse électronique, par exemple nom@exemple.fr.",
        "Write an e-mail address, such as name@example.org.",
    ),
    # rules.reference
    "reference-unreadable": (
        "Écrivez une référence, par exemple 2026-000123.",
        "Write a reference, such as 2026-000123.",
    ),
    "code-unreadable": (
        "Ce code n’est pas complet ou contient une faute de frappe.",
        "This code is not complete or has a typing mistake.",
    ),
    "slug-empty": ("Écrivez au moins une lettre ou un chiffre.", "Write at least one letter or digit."),
    # signing in
    "password-required": ("Écrivez votre mot de passe.", "Write your password."),
    "password-short": (
        "Le mot de passe a au moins 12 caractères.",
        "The password has at least 12 characters.",
    ),
    "password-long": (
        "Le mot de passe a au plus 128 caractères.",
        "The password has at most 128 characters.",
    ),
    "password-easy": ("Ce mot de passe est trop facile à deviner.", "This password is too easy to guess."),
    "email-taken": ("Un compte existe déjà pour cette adresse.", "This address already has an account."),
    "director-needs-school": ("Une direction a une école.", "A director has a school."),
    "school-only-for-director": ("Seule une direction a une école.", "Only a director has a school."),
    "school-unknown": ("Cette école n’est pas connue.", "This school is not known."),
    "person-unknown": ("Aucun compte n’a cette adresse.", "No account has this address."),
    "account-disabled": ("Ce compte est fermé.", "This account is closed."),
    "sign-in-refused": (
        "L’adresse ou le mot de passe ne convient pas.",
        "The address or the password is not right.",
    ),
    "sign-in-throttled": (
        "Trop d’essais. Recommencez dans {minutes} min.",
        "Too many attempts. Try again in {minutes} min.",
    ),
    "signed-out": ("Vous êtes déconnecté.", "You are signed out."),
    "account-saved": ("Vos préférences sont enregistrées.", "Your preferences are saved."),
}
