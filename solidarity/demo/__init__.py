"""The demo network: invented people in real schools, a year that is over and one in progress."""
