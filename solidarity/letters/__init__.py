"""Letters: a decision told to a family, as a document that proves itself."""
