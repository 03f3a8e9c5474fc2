"""The `solidarity` command: its commands by name, each loaded only when it is asked for."""

from solidarity.cli.language import told
from solidarity.cli.program import Listed, Program

COMMANDS = {
    "serve": Listed(
        place="solidarity.cli.serve:serve",
        summary=told(
            "Répondre sur le web, et fabriquer les courriers.", "Answer on the web, and make the letters."
        ),
    ),
    "migrate": Listed(
        place="solidarity.cli.database:migrate",
        summary=told("Mettre la base de données à jour.", "Bring the database up to date."),
    ),
    "demo": Listed(
        place="solidarity.cli.demo:demo",
        summary=told(
            "Charger le réseau de démonstration et le servir.", "Load the demo network and serve it."
        ),
    ),
    "user": Listed(
        place="solidarity.cli.accounts:user",
        summary=told("Gérer les comptes.", "Manage accounts."),
    ),
    "token": Listed(
        place="solidarity.cli.accounts:token",
        summary=told("Donner un jeton à un programme.", "Give a token to a program."),
    ),
    "import": Listed(
        place="solidarity.cli.imports:import_",
        summary=told("Reprendre des écoles ou des élèves d’un CSV.", "Take schools or students from a CSV."),
    ),
    "rules": Listed(
        place="solidarity.cli.rules:rules_group",
        summary=told("Vérifier et essayer un barème.", "Check and try a ruleset."),
    ),
    "letters": Listed(
        place="solidarity.cli.letters:letters_group",
        summary=told("Courriers : fabriquer, vérifier.", "Letters: make, verify."),
    ),
    "ledger": Listed(
        place="solidarity.cli.ledger:ledger",
        summary=told("Grand livre : contrôler, relever.", "Ledger: check, state."),
    ),
    "daily": Listed(
        place="solidarity.cli.daily:daily",
        summary=told("Faire ce qui est dû chaque jour.", "Do what is due each day."),
    ),
    "year": Listed(
        place="solidarity.cli.years:year",
        summary=told("Clore une année scolaire, ouvrir la suivante.", "Close a school year, open the next."),
    ),
    "audit": Listed(
        place="solidarity.cli.audit:audit",
        summary=told("Contrôler le journal des événements.", "Check the event log."),
    ),
    "doctor": Listed(
        place="solidarity.cli.doctor:doctor",
        summary=told("Examiner l’installation.", "Examine the installation."),
    ),
    "version": Listed(
        place="solidarity.cli.doctor:version",
        summary=told("Dire la version.", "Tell the version."),
    ),
}

main = Program(
    name="solidarity",
    listed=COMMANDS,
    help=told(
        "Solidarity : les aides d’un fonds de solidarité, de la demande au courrier.\n\n"
        "Les réglages se lisent dans l’environnement (SOLIDARITY_…) ; SOLIDARITY_LOCALE=en parle anglais.\n"
        "Code de sortie : 0 bon, 1 contrôle échoué ou action refusée, 2 usage ou réglage à corriger.",
        "Solidarity: the aids of a solidarity fund, from the request to the letter.\n\n"
        "Settings are read from the environment (SOLIDARITY_…); SOLIDARITY_LOCALE=en speaks English.\n"
        "Exit code: 0 good, 1 the check failed or the action is refused, 2 wrong usage or settings.",
    ),
)
