"""The one history of the schema, hand-written; a file that left its author's machine is never edited."""
