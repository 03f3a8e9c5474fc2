"""School years: closing one, carrying what it leaves, confirming means, opening the next."""
