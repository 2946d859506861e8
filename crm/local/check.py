"""`make check` and `make test`: every step runs, what fails is shown whole and named again at the end."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from crm.local.places import CHECKOUT

BIN = Path(sys.executable).parent
MANAGE = [sys.executable, "manage.py"]
NO_TESTS = 5

# As a real installation would have it; nothing of it is connected to.
PRODUCTION = {
    "DATABASE_URL": "postgres://revisit@127.0.0.1:1/revisit",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "SECRET_KEY": "a-key-for-the-checks-only-of-more-than-fifty-letters-0123456789",
    "ALLOWED_HOSTS": "care.example.com",
    "EMAIL_URL": "smtp+tls://user:password@smtp.example.com:587",
    "DEFAULT_FROM_EMAIL": "care@example.com",
}

# --- Templates -------------------------------------------------------------------------------------------------------------------

TEMPLATE_RULES = {
    re.compile(
        r"<[^>]*\son[a-z]+\s*="
    ): "an on…= attribute: the Content-Security-Policy stops it, put it into a file of static/js",
    re.compile(
        r"<[^>]*\sstyle\s*="
    ): "a style= attribute: the Content-Security-Policy stops it, put it into a file of static/css",
    re.compile(r"<style\b"): "a <style>: put it into a file of static/css",
    re.compile(
        r"<script\b(?![^>]*\b(?:src=|type=\"application/json\"))"
    ): "a <script> without src: put it into a file of static/js",
    re.compile(
        r"""(?:src|href)\s*=\s*["'](?:https?:)?//(?!www\.w3\.org)"""
    ): "an address of a third party: pages ask for nothing elsewhere",
    re.compile(r"javascript:"): "a javascript: address",
}
TAG = re.compile(r"{#.*?#}|{%\s*comment\s*%}.*?{%\s*endcomment\s*%}", re.DOTALL)
ICON_TAG = re.compile(r"""{%\s*icon\s+["']([\w-]+)["']""")


def templates(top: Path = CHECKOUT) -> Iterator[Path]:
    """Pages; mails have rules of their own."""
    for path in sorted(
        [*top.glob("templates/**/*.html"), *top.glob("*/templates/**/*.html"), *top.glob("crm/*/templates/**/*.html")]
    ):
        if "email" not in path.parts:
            yield path


def template_problems(top: Path = CHECKOUT) -> list[str]:
    icons = top / "static" / "icons.txt"
    known = {line.partition("#")[0].strip() for line in icons.read_text().splitlines()} if icons.exists() else set()
    found = []
    for path in templates(top):
        text = TAG.sub(lambda match: "\n" * match.group().count("\n"), path.read_text(encoding="utf-8"))
        for pattern, words in TEMPLATE_RULES.items():
            for match in pattern.finditer(text):
                found.append(f"{path.relative_to(top)}:{text.count(chr(10), 0, match.start()) + 1}: {words}")
        for match in ICON_TAG.finditer(text):
            if match.group(1) not in known:
                line = text.count("\n", 0, match.start()) + 1
                found.append(f"{path.relative_to(top)}:{line}: the icon {match.group(1)} is not in static/icons.txt")
    return found


def check_templates() -> tuple[bool, str]:
    found = template_problems()
    return not found, "\n".join(found)


# --- Steps -----------------------------------------------------------------------------------------------------------------------


def program(*words: str, **environment: str) -> Callable[[], tuple[bool, str]]:
    def step() -> tuple[bool, str]:
        unwanted = {"DATABASE_URL", "REDIS_URL", "REVISIT_EMBEDDED", "REVISIT_TESTING", "DEBUG", "EMAIL_URL"}
        inherited = {name: value for name, value in os.environ.items() if name not in unwanted}
        done = subprocess.run(
            words,
            cwd=CHECKOUT,
            env={**inherited, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return done.returncode == 0, done.stdout.strip()

    return step


STEPS: dict[str, Callable[[], tuple[bool, str]]] = {
    "format": program(str(BIN / "ruff"), "format", "--check", "--quiet", "--diff", "."),
    "lint": program(str(BIN / "ruff"), "check", "--quiet", "."),
    "templates": check_templates,
    "djlint": program(sys.executable, "-m", "djlint", "--lint", "--quiet", *map(str, templates())),
    "types": program(sys.executable, "-m", "mypy", **PRODUCTION),
    "imports": program(str(BIN / "lint-imports"), "--no-logo"),
    "migrations": program(*MANAGE, "makemigrations", "--check", "--dry-run"),
    "translations": program(sys.executable, "-m", "crm.local.messages", "check"),
    "deploy": program(*MANAGE, "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION),
}


def run_steps(names: list[str]) -> list[str]:
    """Returns the names of those that failed."""
    failed = []
    for name in names:
        begun = time.monotonic()
        well, said = STEPS[name]()
        print(f"{'ok    ' if well else 'FAILED'} {name} ({time.monotonic() - begun:.1f} s)", flush=True)
        if not well:
            failed.append(name)
            print(shorten(said), flush=True)
    return failed


def shorten(text: str, lines: int = 80) -> str:
    all_lines = text.splitlines()
    left_out = len(all_lines) - lines
    return "\n".join([*all_lines[:lines], f"… and {left_out} lines more"] if left_out > 0 else all_lines)


def run_tests(words: list[str]) -> int:
    code = subprocess.run([sys.executable, "-m", "pytest", "-q", *words], cwd=CHECKOUT).returncode
    if code == NO_TESTS:
        print("No test was found: nothing is proved.", file=sys.stderr)
    return code


def main(words: list[str]) -> int:
    match words:
        case ["test", *rest]:
            return run_tests(rest)
        case ["all", *rest]:
            failed = run_steps(list(STEPS))
            if run_tests(rest):
                failed.append("tests")
            print("Failed: " + ", ".join(failed) if failed else "All checks passed.")
            return 1 if failed else 0
        case [*names] if names and set(names) <= set(STEPS):
            return 1 if run_steps(names) else 0
    print(f"{__doc__}\n\npython -m crm.local.check all | test | {' | '.join(STEPS)} [...]", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
