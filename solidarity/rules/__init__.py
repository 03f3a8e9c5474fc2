"""The rules of any fund, as functions of plain values: no database, no clock, no framework."""
