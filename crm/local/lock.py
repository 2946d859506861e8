"""`make lock`: exact versions with hashes for every platform, from the .in files."""

import subprocess
import sys

from crm.local.places import CHECKOUT

FILES = ("requirements", "requirements-dev", "requirements-node")


def main(words: list[str]) -> int:
    for name in FILES:
        command = [
            sys.executable,
            "-m",
            "uv",
            "pip",
            "compile",
            "--quiet",
            "--generate-hashes",
            "--universal",
            "--no-header",
        ]
        command += ["--python-version", "3.11", f"{name}.in", "--output-file", f"{name}.txt", *words]
        if code := subprocess.run(command, cwd=CHECKOUT).returncode:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
