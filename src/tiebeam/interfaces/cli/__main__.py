"""``python -m tiebeam.interfaces.cli``: the same as ``tiebeam``."""

from tiebeam.interfaces.cli import main

main()
