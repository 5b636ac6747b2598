"""`alongside run` as somebody starts and ends it. Times are printed, not judged: the machine may be busy."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

from tests.e2e.served import gone_within, processes_of, serving, started


def test_a_try_out_is_ready_soon_sooner_the_second_time_and_ends_at_ctrl_c(tmp_path: Path) -> None:
    home = tmp_path / "home"
    for time in ("first", "second"):
        with serving(home, "--try") as served:
            print(f"ready at the {time} start after {served.seconds:.1f} s")  # noqa: T201
            assert len(processes_of(home)) >= 2
            assert served.interrupt() in (0, 130)
            assert gone_within(home, 20)
        said = (tmp_path / "home.log").read_text()
        assert "Traceback" not in said
        assert "Fatal" not in said
        assert f"Alongside is at {served.address}" in said


def test_a_taken_port_is_said_in_one_sentence(tmp_path: Path) -> None:
    with serving(tmp_path / "one") as served:
        port = served.address.rsplit(":", 1)[1]
        log = tmp_path / "two.log"
        assert started(tmp_path / "two", port=int(port), log=log).wait(60) == 2
        lines = log.read_text().splitlines()
        assert len(lines) == 1
        assert lines[0].startswith(f"alongside: Port {port} on 127.0.0.1 is taken or not allowed: choose another")


def test_killed_hard_it_leaves_no_worker_behind(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with serving(home) as served:
        assert len(processes_of(home)) >= 2
        os.kill(served.process.pid, signal.SIGKILL)
        served.process.wait(10)
        assert gone_within(home, 20)


def test_an_archive_of_ones_own_never_meets_the_sample(tmp_path: Path) -> None:
    archive = tmp_path / "ours.jsonl"
    archive.write_text(
        '{"@context": "https://www.w3.org/ns/activitystreams", "type": "Collection", "id": "urn:x:ours", "name": "Ours",'
        ' "alongside": 1}\n{"type": "Person", "id": "p", "name": "Ana Moreau"}\n'
        '{"type": "Group", "id": "r", "name": "#ours-alone", "audience": "organisation"}\n'
        '{"type": "Note", "id": "n", "attributedTo": "p", "to": "r", "context": "c", "content": "<p>Hello there, all.</p>",'
        ' "published": "2026-01-01T10:00:00Z"}\n'
    )
    home = tmp_path / "home"
    with serving(home, "--archive", str(archive)) as served, urlopen(served.address) as answer:
        page = answer.read().decode()
    assert "#ours-alone" in page
    assert "#hotline" not in page
    assert not (home / "try-out" / "sample").exists()
    newer = archive.read_text().replace("Hello there, all.", "Hello again, all.").replace('"id": "n"', '"id": "n2"')
    archive.write_text(newer.replace('"context": "c"', '"context": "c2"'))
    with serving(home, "--archive", str(archive)) as served, urlopen(served.address) as answer:
        assert "Hello again" in answer.read().decode(), "a newer export under the same name"
    missing = started(home, "--archive", str(tmp_path / "nowhere.zip"), log=tmp_path / "missing.log")
    assert missing.wait(60) == 2
    assert len((tmp_path / "missing.log").read_text().splitlines()) == 1


def test_a_try_out_takes_no_base_url(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "alongside", "run", "--try"],
        env={**os.environ, "ALONGSIDE_HOME": str(tmp_path), "ALONGSIDE_BASE_URL": "https://alongside.example"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("alongside: A try-out takes no base URL")
