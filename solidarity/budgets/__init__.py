"""Budgets: contributions, envelopes and the double-entry ledger."""
