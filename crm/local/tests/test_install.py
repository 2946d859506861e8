"""`make setup`: what is wrong is said in one line, and a second run finds nothing to do."""

import subprocess
import sys

from crm.local.places import CHECKOUT
from crm.local.tests.clean import environment

OLD = "import runpy, sys; sys.version_info = (3, 9, 2); sys.version = '3.9.2 (old)'; sys.argv = ['install.py']; "
SCRIPT = "runpy.run_path('crm/local/install.py', run_name='__main__')"


def run(code: str, **more: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=CHECKOUT, env=environment(**more), capture_output=True, text=True
    )


def test_a_python_that_is_too_old_says_so_in_one_line(tmp_path):
    done = run(OLD + SCRIPT, PATH=str(tmp_path))

    assert done.returncode == 1
    assert done.stderr.strip() == (
        "Python 3.11 or newer is needed, this is 3.9.2; name another one: make setup PYTHON=/path/to/python3"
    )


def test_a_newer_python_beside_an_old_one_is_taken(tmp_path):
    newer = tmp_path / "python3.12"
    newer.write_text('#!/bin/sh\n[ "$1" = -c ] || echo "taken: $2"\n')
    newer.chmod(0o755)

    done = run(OLD + "sys.argv.append('dev'); " + SCRIPT, PATH=f"{tmp_path}:/bin:/usr/bin")

    assert done.stdout.strip() == "taken: dev"


def test_the_script_can_be_read_by_an_old_python():
    import ast

    source = (CHECKOUT / "crm/local/install.py").read_text()

    ast.parse(source, feature_version=(3, 7))


def test_a_python_without_venv_names_the_package_to_install(tmp_path):
    code = f"""
import sys
sys.path.insert(0, 'crm/local')
import install
sys.modules['ensurepip'] = None
install.VENV = {str(tmp_path / "venv")!r}
install.PYTHON = install.VENV + '/bin/python'
try:
    install.make_venv()
except install.Refused as error:
    print(error)
"""
    done = run(code)

    assert "apt-get install python3." in done.stdout.splitlines()[-1], done.stderr
