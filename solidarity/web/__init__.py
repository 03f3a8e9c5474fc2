"""The HTTP toolkit every page and every API route stands on."""
