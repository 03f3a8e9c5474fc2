"""Rulesets: which one is in force, and its parsed form."""
