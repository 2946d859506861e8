"""The command line of the embedded default: `python -m crm.local up | serve | keep | backup | restore`."""

import sys
from pathlib import Path


def main(words: list[str]) -> int:
    match words:
        case ["keep", data, answer]:
            from crm.local.keeper import keep

            return keep(Path(data), int(answer))
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
