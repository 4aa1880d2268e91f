"""`python -m imagewright` is `imagewright`."""

from imagewright.cli.main import main

main()
