"""Imports run downwards only: import-linter proves it over all packages."""

import subprocess
import sys
from pathlib import Path

from tests.architecture.sources import ROOT

LINT = Path(sys.executable).with_name("lint-imports")


def lint(folder: Path, config: Path) -> subprocess.CompletedProcess:
    return subprocess.run(
        [LINT, "--no-cache", config], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )


def test_every_import_runs_downwards():
    done = lint(ROOT, ROOT / "pyproject.toml")

    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


def test_that_an_import_upwards_is_found(tmp_path):
    for name, text in {"lower": "import upper", "upper": ""}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(text)
    config = tmp_path / "contract.toml"
    config.write_text(
        '[tool.importlinter]\nroot_packages = ["upper", "lower"]\n'
        '[[tool.importlinter.contracts]]\nname = "down"\ntype = "layers"\nlayers = ["upper", "lower"]\n'
    )

    done = lint(tmp_path, config)

    assert done.returncode == 1 and "lower is not allowed to import upper" in done.stdout
