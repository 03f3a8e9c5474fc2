"""What the fund tells its funders: their gifts, what pays what, reports of use, dedicated funds."""
