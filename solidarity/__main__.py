"""`python -m solidarity` is the `solidarity` command."""

from solidarity.cli import main

if __name__ == "__main__":
    main()
