"""The way out: every way around it is tried here, against servers that are really there to be reached."""

import ast
import asyncio
import gzip
import ipaddress
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from tests.kit.outside import Request, Say, Server, answer, going_out, names, redirect

from alongside.kit import guarded_http
from alongside.kit.guarded_http import Fetched, Limits, NotAllowed, NotReached, fetched_now
from alongside.kit.public_addresses import AllowedHosts, is_public

SOURCE = Path(__file__).resolve().parents[2] / "src" / "alongside"
SECRET = b"only for this machine"

Says = Callable[[Request], bytes | Callable[[Say], None]]
Serve = Callable[..., Server]


@pytest.fixture
def serve() -> Iterator[Serve]:
    servers: list[Server] = []

    def start(says: Says | bytes, **more: object) -> Server:
        servers.append(Server(says if callable(says) else lambda _: says, **more))  # type: ignore[arg-type]
        return servers[-1]

    yield start
    for server in servers:
        server.close()


# Which addresses are public


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.255.255.254",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",  # metadata of clouds
        "168.63.129.16",  # of Azure, under a public number
        "100.64.0.1",  # carrier's own
        "100.100.100.200",
        "192.0.0.192",  # metadata of Oracle
        "192.0.2.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "192.88.99.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2001:0:7f00:1::1",
        "2001:db8::1",
        "3fff::1",
        "100::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "4000::1",
    ],
)
def test_what_is_not_the_internet_is_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address",
    ["93.184.215.14", "1.1.1.1", "172.15.0.1", "172.32.0.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"],
)
def test_the_internet_is_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@given(st.ip_addresses(v=4), st.sampled_from(["::ffff:", "64:ff9b::"]))
def test_an_address_is_the_same_in_whatever_cover(address: ipaddress.IPv4Address, cover: str) -> None:
    assert is_public(ipaddress.ip_address(f"{cover}{address}")) == is_public(address)


@given(st.ip_addresses(v=6))
def test_nothing_outside_the_global_part_of_ipv6_is_public(address: ipaddress.IPv6Address) -> None:
    if address not in ipaddress.ip_network("2000::/3") and address not in ipaddress.ip_network("64:ff9b::/96"):
        assert not is_public(address) or address.ipv4_mapped


@pytest.mark.parametrize(
    ("allowed", "host", "address", "port", "is_allowed"),
    [
        ("", "a.example", "1.1.1.1", 443, True),
        ("", "a.example", "1.1.1.1", 22, False),
        ("", "a.example", "10.0.0.1", 443, False),
        ("wiki.example", "WIKI.example.", "10.0.0.1", 443, True),
        ("wiki.example", "wiki.example", "10.0.0.1", 9000, False),
        ("wiki.example:9000", "wiki.example", "10.0.0.1", 9000, True),
        ("wiki.example:9000", "wiki.example", "10.0.0.1", 443, False),
        ("wiki.example", "evil.wiki.example", "10.0.0.1", 443, False),
        ("wiki.example", "wiki.example.evil", "10.0.0.1", 443, False),
        ("10.0.0.0/8", "evil.example", "10.9.9.9", 80, True),
        ("10.0.0.0/8", "evil.example", "10.9.9.9", 6379, False),
        ("10.0.0.0/8", "evil.example", "::ffff:10.9.9.9", 80, True),
        ("10.0.0.1:6379", "evil.example", "10.0.0.1", 6379, True),
        ("10.0.0.1:6379", "evil.example", "10.0.0.2", 6379, False),
        ("[::1]:8000, fd00::/8", "x", "::1", 8000, True),
        ("[::1]:8000, fd00::/8", "x", "fd00::9", 443, True),
        ("::1", "x", "::1", 80, True),
    ],
)
def test_what_is_allowed_besides(allowed: str, host: str, address: str, port: int, *, is_allowed: bool) -> None:
    assert AllowedHosts.of(allowed).may_reach(host, ipaddress.ip_address(address), port) == is_allowed


# Ways to this machine


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "localhost.",
        "LOCALHOST",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "017700000001",
        "127.0.0.1.",
        "0",
        "0.0.0.0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:ffff:127.0.0.1]",
        "[::127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[fe80::1%25lo]",
        "１２７.0.0.1",
        "ⓛocalhost",
        "127。0。0。1",
        "inside.example",
        "INSIDE.example.",
        "covered.example",
    ],
)
def test_no_way_of_writing_this_machine_reaches_it(host: str, serve: Serve) -> None:
    server = serve(answer(SECRET))
    leads = names(inside__example="127.0.0.1", covered__example="::ffff:127.0.0.1")
    with going_out(resolve=leads), pytest.raises((NotAllowed, NotReached)) as refused:
        fetched_now(f"http://{host}:{server.port}/")
    assert server.connections == 0
    assert "127.0" not in str(refused.value) or "127" in host, "it says nothing of where a name leads"


def test_it_is_reached_when_it_is_allowed(serve: Serve) -> None:
    """The server of the test above is one that would have answered."""
    server = serve(answer(SECRET, ETag='"1"'))
    with going_out(f"127.0.0.1:{server.port}"):
        assert fetched_now(f"{server.at}/x?y=1#z").body == SECRET
    assert server.requests[0].target == "/x?y=1"


def test_a_usual_port_of_this_machine_is_refused_for_its_address_alone() -> None:
    with going_out(), pytest.raises(NotAllowed):
        fetched_now("http://127.0.0.1/")


def test_a_name_that_leads_nowhere_and_one_that_leads_inside_are_told_apart_by_nobody() -> None:
    with going_out(resolve=names(inside__example="10.0.0.1")):
        with pytest.raises(NotAllowed) as inside:
            fetched_now("http://inside.example/")
        with pytest.raises(NotReached) as nowhere:
            fetched_now("http://nowhere.invalid/")
    assert str(inside.value).replace("inside.example", "") == str(nowhere.value).replace("nowhere.invalid", "")


def test_of_several_addresses_only_those_that_may_be_are_tried(serve: Serve) -> None:
    good, bad = serve(answer(b"good")), serve(answer(SECRET), ip="127.0.0.2")
    with going_out(f"127.0.0.1:{good.port}", resolve=names(two__example=["127.0.0.2", "127.0.0.1"])):
        assert fetched_now(f"http://two.example:{good.port}/").body == b"good"
    assert bad.connections == 0


def test_the_next_address_is_tried_when_one_is_not_there(serve: Serve) -> None:
    server = serve(answer(b"here"))
    with going_out(
        f"127.0.0.0/8, 127.0.0.1:{server.port}, 127.0.0.9:{server.port}",
        resolve=names(two__example=["127.0.0.9", "127.0.0.1"]),
    ):
        assert fetched_now(f"http://two.example:{server.port}/").body == b"here"


def test_the_connection_is_made_to_the_address_that_was_checked(serve: Serve) -> None:
    """A name that leads elsewhere when it is asked again: it is asked once, and nothing else resolves it."""
    server = serve(answer(b"here"))
    asked: list[str] = []

    async def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    with going_out(f"127.0.0.1:{server.port}", resolve=rebinding):
        assert fetched_now(f"http://rebinding.example:{server.port}/").body == b"here"
        with pytest.raises(NotAllowed):
            fetched_now(f"http://rebinding.example:{server.port}/")
    assert asked == ["rebinding.example"] * 2
    assert server.requests[0].headers["host"] == f"rebinding.example:{server.port}"


# What is no address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "x",
        "//example.org/",
        "file:///etc/passwd",
        "ftp://example.org/",
        "gopher://example.org/",
        "javascript:alert(1)",
        "data:text/plain,x",
        "http:",
        "http://",
        "http:///path",
        "http:example.org",
        "http://.",
        "http://[::1",
        "http://example.org:0/",
        "http://example.org:22/",
        "http://example.org:6379/",
        "http://example.org:99999/",
        "http://name@example.org/",
        "http://name:hush@example.org/",
        "http://example.org\\@127.0.0.1/",
        "http://exam ple.org/",
        "http://example.org/\r\nX: y",
        "http://example.org/\x00",
        "http://example.org/" + "x" * 3000,
        "http://" + "a" * 300 + "/",
        "http://" + "a." * 200 + "/",
        "http://xn--/",
    ],
)
def test_what_is_no_web_address_is_never_asked(address: str) -> None:
    with going_out(resolve=names(example__org="1.1.1.1")), pytest.raises((NotAllowed, NotReached)) as refused:
        fetched_now(address, limits=Limits(seconds_to_connect=0.01, seconds=2))
    assert "hush" not in str(refused.value)
    assert "\n" not in str(refused.value)


@given(st.text(max_size=60))
def test_whatever_follows_the_scheme_is_reached_or_refused_in_one_sentence(rest: str) -> None:
    """What passes is a web address, and then its host is checked; here every name leads inside."""

    async def inside(host: str, port: int) -> Sequence[str]:
        return ["10.0.0.1"]

    with going_out(resolve=inside), pytest.raises((NotAllowed, NotReached)) as refused:
        asyncio.run(guarded_http.fetched(f"http://{rest}"))
    assert "\n" not in str(refused.value)


# Redirects


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
@pytest.mark.parametrize(
    "to", ["http://127.0.0.2:{}/", "//127.0.0.2:{}/", "http://localhost:{}/", "file:///etc/passwd"]
)
def test_a_redirect_leads_nowhere_that_the_first_address_could_not(status: str, to: str, serve: Serve) -> None:
    inside = serve(answer(SECRET), ip="127.0.0.2")
    outside = serve(redirect(to.format(inside.port), status))
    with going_out(f"127.0.0.1:{outside.port}"), pytest.raises(NotAllowed):
        fetched_now(outside.at)
    assert (outside.connections, inside.connections) == (1, 0)


def test_a_redirect_with_a_password_in_it_is_refused(serve: Serve) -> None:
    server: Server = serve(lambda request: redirect(f"http://a:b@127.0.0.1:{server.port}/in"))
    with going_out(f"127.0.0.1:{server.port}"), pytest.raises(NotAllowed):
        fetched_now(server.at)


def test_redirects_are_followed_and_end(serve: Serve) -> None:
    server: Server = serve(lambda request: redirect(f"/{len(server.requests)}"))
    with going_out(f"127.0.0.1:{server.port}"), pytest.raises(NotReached, match="more than 5 times"):
        fetched_now(server.at)
    assert server.connections == 6


def test_a_circle_of_redirects_is_noticed(serve: Serve) -> None:
    server = serve(lambda request: redirect("/b" if request.target == "/a" else "/a"))
    with going_out(f"127.0.0.1:{server.port}"), pytest.raises(NotReached, match="in a circle"):
        fetched_now(f"{server.at}/a")
    assert server.connections == 2


@pytest.mark.parametrize(
    ("first", "second", "moved_to"),
    [("301 Moved", "308 Moved", "/c"), ("301 Moved", "302 Found", "/b"), ("302 Found", "301 Moved", "")],
)
def test_it_says_where_something_lives_from_now_on(first: str, second: str, moved_to: str, serve: Serve) -> None:
    steps = {"/a": redirect("/b", first), "/b": redirect("c", second), "/c": answer(b"here")}
    server = serve(lambda request: steps[request.target])
    with going_out(f"127.0.0.1:{server.port}"):
        found = fetched_now(f"{server.at}/a")
    assert found.body == b"here"
    assert found.address == f"{server.at}/c"
    assert found.moved_to == (f"{server.at}{moved_to}" if moved_to else "")


# Bodies that do not end, and lines that do not speak


def trickle(say: Say) -> None:
    say(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        say(b"x")
        time.sleep(0.05)


def endless(say: Say) -> None:
    say(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        say(b"x" * 65536)


def endless_chunks(say: Say) -> None:
    say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        say(b"10000\r\n" + b"x" * 65536 + b"\r\n")


def endless_headers(say: Say) -> None:
    say(b"HTTP/1.1 200 OK\r\n")
    while True:
        say(b"X: " + b"y" * 1000 + b"\r\n")


def endless_waiting(say: Say) -> None:
    while True:
        say(b"HTTP/1.1 103 Early Hints\r\n\r\n")


def silence(say: Say) -> None:
    time.sleep(3)


def packed_endlessly(say: Say) -> None:
    say(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n")
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    while True:
        say(packer.compress(bytes(10_000_000)))


def as_is(said: bytes) -> Callable[[Say], None]:
    return lambda say: say(said)


BOMB = gzip.compress(bytes(50_000_000))


@pytest.mark.parametrize(
    "said",
    [
        trickle,
        endless,
        endless_chunks,
        endless_headers,
        endless_waiting,
        silence,
        packed_endlessly,
        as_is(answer(BOMB, Content_Encoding="gzip")),
        as_is(answer(gzip.compress(BOMB), Content_Encoding="gzip, gzip")),
        as_is(answer(gzip.compress(gzip.compress(b"x")), Content_Encoding="gzip,gzip")),
        as_is(answer(b"x", Content_Encoding="br")),
        as_is(answer(b"no gzip at all", Content_Encoding="gzip")),
        as_is(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nx"),
        as_is(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nx"),
        as_is(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        as_is(b"SSH-2.0-OpenSSH\r\n"),
        as_is(b"\x00\xff\x00"),
        as_is(b""),
        as_is(redirect("http://[::1")),
        as_is(redirect("\xff\xfe")),
    ],
)
def test_no_answer_however_it_comes_takes_more_than_its_limit(said: Callable[[Say], None], serve: Serve) -> None:
    server = serve(lambda _: said)
    limits = Limits(bytes=200_000, seconds=1.5, seconds_of_silence=0.5)
    began = time.monotonic()
    with going_out(f"127.0.0.1:{server.port}"), pytest.raises((NotReached, NotAllowed)) as refused:
        fetched_now(server.at, limits=limits)
    assert "\n" not in str(refused.value)
    assert time.monotonic() - began < 20, "it ends by itself"


def test_a_machine_that_takes_connections_and_never_answers_is_given_up(serve: Serve) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=1) as deaf:
        port = deaf.getsockname()[1]
        with going_out(f"127.0.0.1:{port}"), pytest.raises(NotReached):
            fetched_now(f"http://127.0.0.1:{port}/", limits=Limits(seconds_of_silence=0.3))


def test_a_name_server_that_never_answers_is_given_up() -> None:
    async def forever(host: str, port: int) -> Sequence[str]:
        await asyncio.sleep(3600)
        return []

    with going_out(resolve=forever), pytest.raises(NotReached, match="longer than"):
        fetched_now("http://slow.example/", limits=Limits(seconds=0.2))


def test_what_is_packed_is_unpacked(serve: Serve) -> None:
    server = serve(answer(gzip.compress(b"hello"), Content_Encoding="gzip"))
    with going_out(f"127.0.0.1:{server.port}"):
        assert fetched_now(server.at).body == b"hello"


@pytest.mark.parametrize("status", ["304 Not Modified", "404 Not Found", "410 Gone", "429 Too Many", "503 Busy"])
def test_other_answers_are_given_without_their_body(status: str, serve: Serve) -> None:
    server = serve(answer(b"" if status.startswith("304") else b"words", status, Retry_After="7"))
    with going_out(f"127.0.0.1:{server.port}"):
        found = fetched_now(server.at)
    assert (found.status, found.body, found.headers["retry-after"]) == (int(status[:3]), b"", "7")


# What is said on the way out


def test_it_says_who_asks_and_nothing_else(serve: Serve) -> None:
    server = serve(lambda request: redirect("/b") if request.target == "/a" else answer(b"", Set_Cookie="a=b; Path=/"))
    before = guarded_http.go_by(guarded_http.WayOut())
    try:
        guarded_http.set_up(f"127.0.0.1:{server.port}", "https://alongside.example.org")
        for _ in range(2):
            fetched_now(f"{server.at}/a", headers={"if-none-match": 'W/"1"', "accept": "text/html"})
    finally:
        guarded_http.go_by(before)
    for request in server.requests:
        assert request.headers == {
            "host": f"127.0.0.1:{server.port}",
            "user-agent": "Alongside (+https://alongside.example.org)",
            "accept-encoding": "gzip",
            "connection": "close",
            "if-none-match": 'W/"1"',
            "accept": "text/html",
        }


@pytest.mark.parametrize("value", ["a\r\nX: y", "é", "", "\x00"])
def test_what_cannot_be_said_is_left_out(value: str, serve: Serve) -> None:
    server = serve(answer(b"here"))
    with going_out(f"127.0.0.1:{server.port}"):
        assert fetched_now(server.at, headers={"if-none-match": value}).body == b"here"
    assert "if-none-match" not in server.requests[0].headers


@pytest.mark.parametrize("name", ["Authorization", "Cookie", "Host", "Proxy-Authorization"])
def test_a_password_is_never_said(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        fetched_now("https://example.org/", headers={name: "x"})


def test_a_proxy_or_a_file_of_passwords_changes_nothing(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    proxy, server = serve(answer(b"proxy")), serve(answer(b"here"))
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, proxy.at)
    with going_out(f"127.0.0.1:{server.port}"):
        assert fetched_now(server.at).body == b"here"
    assert proxy.connections == 0
    assert "authorization" not in server.requests[0].headers


# Sealed lines


def certificate(name: str, folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's and, trusting it, a client's side."""
    key = ec.generate_private_key(ec.SECP256R1())
    who, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "pem")
    return server, ssl.create_default_context(cadata=made.public_bytes(serialization.Encoding.PEM).decode())


def test_a_sealed_line_is_checked_against_the_name_that_was_asked_for(serve: Serve, tmp_path: Path) -> None:
    sealed, trusting = certificate("blog.example", tmp_path)
    server = serve(answer(b"here"), context=sealed)
    way = {"resolve": names(blog__example="127.0.0.1", other__example="127.0.0.1"), "certificates": lambda: trusting}
    with going_out(f"127.0.0.1:{server.port}", **way):
        assert fetched_now(f"https://blog.example:{server.port}/").body == b"here"
        assert fetched_now(f"https://BLOG.example.:{server.port}/").body == b"here"
        for host in ("other.example", "127.0.0.1"):
            with pytest.raises(NotReached):
                fetched_now(f"https://{host}:{server.port}/")
    assert len(server.requests) == 2


def test_a_certificate_that_nobody_vouches_for_is_refused(serve: Serve, tmp_path: Path) -> None:
    sealed, _ = certificate("blog.example", tmp_path)
    server = serve(answer(b"here"), context=sealed)
    with going_out(f"127.0.0.1:{server.port}", resolve=names(blog__example="127.0.0.1")), pytest.raises(NotReached):
        fetched_now(f"https://blog.example:{server.port}/")
    assert server.requests == []


# Everybody goes this way


def test_within_a_running_loop_it_is_awaited(serve: Serve) -> None:
    server = serve(answer(b"here"))

    async def three() -> list[Fetched]:
        return await asyncio.gather(*(guarded_http.fetched(server.at) for _ in range(3)))

    with going_out(f"127.0.0.1:{server.port}"):
        assert [one.body for one in asyncio.run(three())] == [b"here"] * 3


def test_nothing_else_of_ours_goes_out_by_a_library_of_its_own() -> None:
    """Clients of a tool go to the tool that an administrator named; nothing else may open a line."""
    ways_out = {"httpx2", "httpcore2", "requests", "urllib3", "urllib.request", "http.client"}
    for path in SOURCE.rglob("*.py"):
        if path == SOURCE / "kit" / "guarded_http.py":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            imported = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            imported += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not ways_out & set(imported), path
