"""How the modules that are run by themselves begin and fail."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from index.errors import NewsdeskError


def run_script(name: str, work: Callable[[Sequence[str]], None]) -> None:
    """Do the work for the folders on the command line; where it cannot be done, one line to stderr and exit 2."""
    try:
        if not sys.argv[1:]:
            raise NewsdeskError("name the folders of datasets")
        work(sys.argv[1:])
    except NewsdeskError as e:
        print(f"{name}: {' '.join(str(e).split())}", file=sys.stderr)
        sys.exit(2)
