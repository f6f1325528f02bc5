"""`python -m scaffold` is `osiris-new`."""

from scaffold.cli import main

main()
