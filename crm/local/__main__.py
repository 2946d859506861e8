"""The command line: `python -m crm.local up | serve | backup [FILE] | restore FILE` (and `keep`, `prepare`, which those start)."""

import sys
from pathlib import Path


def main(words: list[str]) -> int:
    from crm.local import backup, up

    match words:
        case ["up"]:
            return up.run(up.up)
        case ["serve"]:
            return up.run(up.serve)
        case ["prepare", *rest]:
            return up.prepared(rest)
        case ["backup"] | ["backup", _]:
            return backup.run(backup.backup, *words[1:])
        case ["restore", file]:
            return backup.run(backup.restore, file)
        case ["restore"]:
            print("Name the dump: make restore FILE=the.dump", file=sys.stderr)
            return 2
        case ["keep", data, answer]:
            from crm.local.keeper import keep

            return keep(Path(data), int(answer))
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
