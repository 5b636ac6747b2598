import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alongside.archives.port import LeftOut, Limits, Progress, Reason, Unreadable
from alongside.archives.readers.unpacking import (
    CannotUnpack,
    Kind,
    TooLarge,
    Truncated,
    is_safe_name,
    kind_of,
    open_package,
    open_plain_or_gzip,
)

SMALL = Limits(file_bytes=20_000_000, ratio=10)


def a_zip(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return path


def a_tar(path: Path, members: dict[str, bytes], mode: str = "w:gz") -> Path:
    with tarfile.open(path, mode) as file:  # type: ignore[call-overload]
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            file.addfile(info, io.BytesIO(content))
    return path


def a_folder(path: Path, members: dict[str, bytes]) -> Path:
    for name, content in members.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


@pytest.mark.parametrize("make", [a_zip, a_tar, a_folder])
def test_members_are_listed_and_read(make: Callable[[Path, dict[str, bytes]], Path], tmp_path: Path) -> None:
    package = open_package(make(tmp_path / "it", {"a.json": b"[1]", "b/c.json": b"[2]"}), Limits())
    assert sorted(package.names) == ["a.json", "b/c.json"]
    with package.open("b/c.json") as file:
        assert file.read() == b"[2]"
    assert package.left_out == []


@pytest.mark.parametrize(
    "name", ["../a", "a/../../b", "/etc/passwd", "C:\\x", "..\\a", "\\a", "", "a\0b", "C:/x", "a/.."]
)
def test_a_path_that_climbs_out_is_not_safe(name: str) -> None:
    assert not is_safe_name(name)


@pytest.mark.parametrize("name", ["a", "a/b.json", "..a/b", "a..b", "チャネル/2023-01-27.json", "a/b:c"])
def test_a_plain_path_is_safe(name: str) -> None:
    assert is_safe_name(name)


@pytest.mark.parametrize("make", [a_zip, a_tar])
def test_a_climbing_member_is_left_out_and_the_rest_stays(
    make: Callable[[Path, dict[str, bytes]], Path], tmp_path: Path
) -> None:
    package = open_package(make(tmp_path / "it", {"../../a": b"x", "/abs": b"x", "good": b"x"}), Limits())
    assert package.names == ["good"]
    assert package.left_out == [LeftOut(Reason.UNSAFE_PATH, "../../a"), LeftOut(Reason.UNSAFE_PATH, "/abs")]


def test_links_in_a_folder_and_in_a_tar_are_left_out(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "folder", {"good": b"x"})
    (folder / "link").symlink_to("/etc/passwd")
    (folder / "out").symlink_to(tmp_path)
    package = open_package(folder, Limits())
    assert package.names == ["good"]
    assert LeftOut(Reason.UNSAFE_PATH, "link") in package.left_out
    with tarfile.open(tmp_path / "t.tar", "w") as file:
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        file.addfile(link)
    assert open_package(tmp_path / "t.tar", Limits()).left_out == [LeftOut(Reason.UNSAFE_PATH, "link")]


def test_a_zip_bomb_stops_by_its_ratio(tmp_path: Path) -> None:
    package = open_package(a_zip(tmp_path / "it", {"bomb": b"0" * 15_000_000}), SMALL)
    with pytest.raises(TooLarge), package.open("bomb") as file:
        file.read()


def test_a_member_stops_by_its_size_whatever_its_header_says(tmp_path: Path) -> None:
    package = open_package(a_zip(tmp_path / "it", {"big": b"0" * 3000}), Limits(file_bytes=1000))
    with pytest.raises(TooLarge), package.open("big") as file:
        file.read()


def test_a_tar_that_unpacks_to_too_much_is_not_listed_to_its_end(tmp_path: Path) -> None:
    package = open_package(a_tar(tmp_path / "it", {"a": b"0", "bomb": b"0" * 15_000_000}), SMALL)
    assert package.names == ["a"]
    assert package.left_out == [LeftOut(Reason.TOO_LARGE, "it")]


def test_what_came_before_the_break_of_a_truncated_gzip_is_read(tmp_path: Path) -> None:
    lines = b"".join(b"line %d %d\n" % (n, n * 7919 % 104729) for n in range(50_000))
    (tmp_path / "it.gz").write_bytes(gzip.compress(lines)[:-20_000])
    read: list[bytes] = []
    with pytest.raises(Truncated), open_plain_or_gzip(tmp_path / "it.gz", Limits()) as file:
        read.extend(file)
    assert len(read) > 10_000
    assert read[0] == b"line 0 0\n"


def test_a_gzip_bomb_stops_by_its_ratio(tmp_path: Path) -> None:
    (tmp_path / "it.gz").write_bytes(gzip.compress(b"0" * 15_000_000))
    with pytest.raises(TooLarge), open_plain_or_gzip(tmp_path / "it.gz", SMALL) as file:
        file.read()


def test_a_gzip_with_rubbish_after_it_or_broken_inside_is_a_named_failure(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(bytes(range(256)) * 400))
    packed[40:60] = b"\xff" * 20
    (tmp_path / "it.gz").write_bytes(packed)
    with pytest.raises(CannotUnpack), open_plain_or_gzip(tmp_path / "it.gz", Limits()) as file:
        file.read()


def test_a_plain_file_of_any_size_is_read_and_progress_follows(tmp_path: Path) -> None:
    (tmp_path / "it").write_bytes(b"x" * 3000)
    progress = Progress()
    with open_plain_or_gzip(tmp_path / "it", Limits(file_bytes=10), progress) as file:
        assert len(file.read()) == 3000
    assert progress.done == 3000


def test_progress_of_a_gzip_counts_packed_bytes(tmp_path: Path) -> None:
    packed = gzip.compress(bytes(range(256)) * 1000)
    (tmp_path / "it").write_bytes(packed)
    progress = Progress()
    with open_plain_or_gzip(tmp_path / "it", Limits(), progress) as file:
        file.read()
    assert progress.done == len(packed)


def test_a_locked_member_is_a_named_failure(tmp_path: Path) -> None:
    path = a_zip(tmp_path / "it", {"secret": b"x"})
    packed = bytearray(path.read_bytes())
    packed[6] |= 1
    packed[packed.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(packed)
    with pytest.raises(CannotUnpack):
        open_package(path, Limits()).open("secret")


def test_a_member_with_a_wrong_checksum_is_a_named_failure(tmp_path: Path) -> None:
    path = tmp_path / "it"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as file:
        file.writestr("a", b"0123456789")
    path.write_bytes(path.read_bytes().replace(b"0123456789", b"9123456789"))
    with pytest.raises(CannotUnpack), open_package(path, Limits()).open("a") as member:
        member.read()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"hello", "neither"),
        (b"PK\x03\x04 not really", "damaged"),
        (b"\x1f\x8b\x08", "neither"),
    ],
)
def test_what_is_no_package_is_said_in_one_sentence(content: bytes, words: str, tmp_path: Path) -> None:
    (tmp_path / "it").write_bytes(content)
    with pytest.raises(Unreadable, match=words):
        open_package(tmp_path / "it", Limits())


def test_a_truncated_zip_and_a_missing_file_are_said_in_one_sentence(tmp_path: Path) -> None:
    path = a_zip(tmp_path / "it", {"a": b"x" * 1000, "b": b"y"})
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(Unreadable, match="ends in the middle"):
        open_package(path, Limits())
    with pytest.raises(Unreadable, match="nothing"):
        open_package(tmp_path / "missing", Limits())


def test_a_truncated_tar_gives_what_it_has(tmp_path: Path) -> None:
    content = {f"{n}.json": bytes((n * i) % 251 for i in range(20_000)) for n in range(3, 8)}
    path = a_tar(tmp_path / "it", content, "w")
    path.write_bytes(path.read_bytes()[:50_000])
    package = open_package(path, Limits())
    assert package.names[:2] == ["3.json", "4.json"]
    assert LeftOut(Reason.TRUNCATED, "it") in package.left_out
    with package.open("3.json") as file:
        assert file.read() == content["3.json"]


def test_a_name_that_is_twice_in_a_zip_is_read_once(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "it", "w") as file:
        file.writestr("a", b"1")
        with pytest.warns(UserWarning, match="Duplicate"):
            file.writestr("a", b"2")
    assert open_package(tmp_path / "it", Limits()).names == ["a"]


def test_kinds_are_told_by_content(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "plain").write_bytes(b"From ")
    (tmp_path / "gzip.zip").write_bytes(gzip.compress(b"hello"))
    assert kind_of(tmp_path) is Kind.FOLDER
    assert kind_of(tmp_path / "empty") is Kind.EMPTY
    assert kind_of(tmp_path / "plain") is Kind.PLAIN
    assert kind_of(tmp_path / "gzip.zip") is Kind.GZIP
    assert kind_of(a_zip(tmp_path / "z.gz", {"a": b""})) is Kind.ZIP
    assert kind_of(a_tar(tmp_path / "t", {"a": b""})) is Kind.TAR
    assert kind_of(a_tar(tmp_path / "u", {"a": b""}, "w")) is Kind.TAR
    assert kind_of(tmp_path / "missing") is Kind.NOTHING


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(at=st.integers(0, 300), to=st.binary(min_size=1, max_size=12), start=st.sampled_from(["zip", "tar", "gz"]))
def test_no_damage_raises_anything_unnamed(at: int, to: bytes, start: str, tmp_path: Path) -> None:
    path = tmp_path / "it"
    content = {"a/b.json": b'[{"text": "hello"}]' * 20, "c.json": b"{}"}
    if start == "zip":
        a_zip(path, content)
    elif start == "tar":
        a_tar(path, content)
    else:
        path.write_bytes(gzip.compress(content["a/b.json"]))
    packed = bytearray(path.read_bytes())
    packed[at : at + len(to)] = to
    path.write_bytes(packed)
    with suppress(Unreadable, CannotUnpack):
        package = open_package(path, Limits())
        for name in package.names:
            with package.open(name) as member:
                member.read()
    with suppress(Unreadable, CannotUnpack), open_plain_or_gzip(path, Limits()) as file:
        file.read()
