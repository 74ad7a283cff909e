"""``python -m risksim``."""

from risksim.cli.main import main

main()
