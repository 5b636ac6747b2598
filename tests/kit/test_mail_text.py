"""What was said in a mail stays, what it quotes is folded, what programs put below is gone."""

import time
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.kit import safe_html
from alongside.kit.mail_headers import decoded, ids_of
from alongside.kit.mail_html import from_mail_html
from alongside.kit.mail_parts import html_of, parts_of
from alongside.kit.mail_text import from_mail_text

BOUNCES = Path(__file__).parents[3] / "shared/data/payloads/email/bounces"


def own(html: str) -> str:
    """What the index and passages show: what was said in this mail."""
    return safe_html.plain_text(html)


def parsed(head: str, body: bytes | str) -> str:
    raw = head.encode() + b"\n\n" + (body if isinstance(body, bytes) else body.encode())
    return html_of(raw)


@pytest.mark.parametrize(
    "introduction",
    [
        "On Mon, 5 May 2025 at 10:00, Rowan Ash <rowan@example.org> wrote:",
        "On Mon, 5 May 2025 at 10:00, Rowan Ash\n<rowan@example.org> wrote:",
        "Am 05.05.2025 um 10:00 schrieb Rowan Ash:",
        "Le lun. 5 mai 2025 à 10:00, Rowan Ash a écrit :",
        "El lun, 5 may 2025 a las 10:00, Rowan Ash escribió:",
        "Il giorno lun 5 mag 2025 alle ore 10:00 Rowan Ash ha scritto:",
        "Op ma 5 mei 2025 om 10:00 schreef Rowan Ash:",
        "Rowan Ash <rowan@example.org> writes:",
    ],
)
def test_what_is_quoted_is_folded_under_the_words_that_introduce_it(introduction: str) -> None:
    html = from_mail_text(f"Hello,\n\n{introduction}\n> which one?\n>\n> the left?\n\nThe left one.\n")
    assert own(html) == "Hello,\nThe left one."
    assert html.count("<details") == 1
    assert "Rowan Ash" in html.partition("</summary>")[0].partition("<summary>")[2]
    assert "which one?" in html


def test_answers_between_the_lines_stay_between_them() -> None:
    html = from_mail_text("> one?\nYes.\n\n> two?\n> really?\n\nNo.")
    assert own(html) == "Yes.\nNo."
    assert html.index("one?") < html.index("Yes.") < html.index("two?") < html.index("No.")


def test_a_python_session_is_not_a_quote() -> None:
    html = from_mail_text("Try this:\n\n>>> import this\n>>> this\n\nIt helps.")
    assert "<details" not in html
    assert "import this" in own(html)


def test_earlier_mail_without_signs_is_folded_from_its_headers_on() -> None:
    html = from_mail_text(
        "The left one.\n\n-----Original Message-----\nFrom: Rowan Ash\nSent: Monday\nTo: Alder\nSubject: Valve\n\nOne?"
    )
    assert own(html) == "The left one."
    html = from_mail_text(
        "Links.\n\n________________________________\nVon: Rowan\nGesendet: Montag\nAn: Alder\n\nWelches?"
    )
    assert own(html) == "Links."


def test_a_mail_that_only_passes_another_on_says_what_that_says() -> None:
    text = "---------- Forwarded message ---------\nFrom: Rowan\nDate: Monday\nSubject: Valve\n\nThe left one."
    assert "The left one." in own(from_mail_text(text))
    assert "which?" in own(from_mail_text("> which?\n"))


@pytest.mark.parametrize(
    "below",
    [
        "-- \nAlder Finch\nTools and more",
        "--\nAlder Finch",
        "Sent from my iPhone",
        "Von meinem Mobiltelefon gesendet",
        "_______________________________________________\nTools mailing list\nhttps://lists.example.org/listinfo/tools",
        "-- \nAlder\n" + "_" * 40 + "\nTools mailing list\nTo unsubscribe send an email to y@lists.example.org",
        "-----BEGIN PGP SIGNATURE-----\n\niQEzBAE\n-----END PGP SIGNATURE-----",
    ],
)
def test_signatures_and_footers_are_dropped(below: str) -> None:
    assert own(from_mail_text(f"The left one.\n\n{below}\n")) == "The left one."


def test_a_signature_above_a_quote_goes_and_the_quote_stays() -> None:
    html = from_mail_text("Left.\n\n-- \nAlder\n\nOn Monday 5, Rowan wrote:\n> which?\n")
    assert own(html) == "Left."
    assert "which?" in html
    assert "Alder" not in html


def test_what_only_looks_like_a_signature_or_a_footer_stays() -> None:
    text = "One\n- a point\n- another\n\n------------------------------\n\nTwo, thanks, best regards to all, and more."
    assert "another" in own(from_mail_text(text))
    assert "Two, thanks" in own(from_mail_text(text))
    parts = "\n".join(f"line {n}" for n in range(20))
    assert "line 19" in own(from_mail_text(f"Two parts.\n--\n{parts}"))


def test_a_mail_of_nothing_but_a_signature_keeps_it() -> None:
    assert "Alder" in own(from_mail_text("-- \nAlder"))
    assert from_mail_text(" \n\n") == ""


def test_flowing_lines_are_joined_and_stuffing_is_undone() -> None:
    html = from_mail_text("One line \nthat goes on.\n From here.\n> quoted \n> too\nNo.", flowed=True)
    assert own(html) == "One line that goes on.\nFrom here.\nNo."
    assert "quoted too" in html
    assert own(from_mail_text("foot \nball", flowed=True, delsp=True)) == "football"


@given(text=st.text(alphabet=st.sampled_from("> -_\nOnwrote:AaF,.@1<&"), max_size=300), flowed=st.booleans())
def test_any_text_gives_safe_html_that_a_second_cleaning_leaves_alone(text: str, *, flowed: bool) -> None:
    html = from_mail_text(text, flowed=flowed, delsp=flowed)
    assert safe_html.from_html(html) == html
    assert bool(html.strip()) == bool(text.strip(" \n")) or not own(html)


@pytest.mark.parametrize(
    "text",
    [
        "> " * 200_000,
        "On " * 150_000 + "wrote:\n> x",
        "On x\n" * 100_000 + "wrote:\n> x",
        "-- \n" * 100_000,
        "_" * 30 + "\n",
        ("_" * 30 + "\n") * 20_000,
        "-----BEGIN PGP SIGNATURE-----\n" * 20_000,
        "From: a\nTo: b\n" * 40_000,
        "-----Original Message-----\n" * 20_000,
        "begin 644 a\n" * 20_000,
        "\n" * 400_000,
        "> a\n\n" * 80_000,
    ],
    ids=range(12),
)
def test_a_long_body_takes_time_by_its_length_only(text: str) -> None:
    begun = time.process_time()
    from_mail_text(text)
    parsed("Content-Type: text/plain", text)
    assert time.process_time() - begun < 6


HTML_QUOTES = [
    '<div>Left.</div><div class="gmail_quote"><div>On Monday</div><blockquote>which?<div>x</div></blockquote></div>',
    '<p>Left.</p><blockquote type="cite"><p>which?</p><blockquote type=cite>y</blockquote></blockquote>',
    '<p>Left.</p><div id="divRplyFwdMsg">From: Rowan</div><div>which?</div>',
    '<p>Left.</p><div style="border:none;border-top:solid #E1E1E1 1.0pt">From: Rowan</div><p>which?</p>',
    '<p>Left.</p><div class="moz-signature">Alder</div><blockquote TYPE=cite>which?',
]


@pytest.mark.parametrize("html", HTML_QUOTES, ids=range(5))
def test_quotes_in_html_are_folded_by_the_marks_of_the_programs(html: str) -> None:
    safe = from_mail_html(html)
    assert own(safe) == "Left."
    assert "which?" in safe


def test_html_that_is_all_a_quote_is_shown() -> None:
    assert own(from_mail_html('<div class="gmail_quote">which?</div>')) == "which?"
    assert from_mail_html("<style>x</style><p> </p>") == ""


def test_hostile_html_is_harmless() -> None:
    safe = from_mail_html("<p onclick=x>a</p><script>b</script><img src=http://x/y.png><a href='javascript:1'>c</a>")
    assert all(word not in safe for word in ("onclick", "script", "img", "javascript"))


def test_the_plain_form_is_chosen_when_it_says_anything() -> None:
    both = "--b\nContent-Type: text/plain\n\n{}\n--b\nContent-Type: text/html\n\n<p>As <b>HTML</b></p>\n--b--\n"
    head = "Content-Type: multipart/alternative; boundary=b"
    assert own(parsed(head, both.format("As text"))) == "As text"
    assert own(parsed(head, both.format(" "))) == "As HTML"


def test_attachments_are_named_and_signatures_and_layout_are_not() -> None:
    body = (
        "--b\nContent-Type: text/plain\n\nSee below.\n"
        "--b\nContent-Type: application/pdf\nContent-Disposition: attachment;\n"
        " filename*0*=utf-8''Pl%C3%A4; filename*1*=ne.pdf\n\nx\n"
        '--b\nContent-Type: image/png; name="=?utf-8?Q?K=C3=B6nig.png?="\n\nx\n'
        "--b\nContent-Type: image/png; name=logo.png\nContent-ID: <1>\n\nx\n"
        "--b\nContent-Type: application/pgp-signature; name=signature.asc\n\nx\n"
        "--b\nContent-Type: application/ms-tnef; name=winmail.dat\n\nx\n"
        "--b\nContent-Type: text/x-patch; name=../../a.patch\n\nx\n--b--\n"
    )
    lines = own(parsed("Content-Type: multipart/mixed; boundary=b", body)).split("\n")
    assert lines[0] == "See below."
    assert lines[1:] == [f"attached: {name}" for name in ("Pläne.pdf", "König.png", "winmail.dat", "a.patch")]


def test_several_parts_without_a_boundary_are_found_all_the_same() -> None:
    body = "--=_x\nContent-Type: text/plain\n\nLeft.\n--=_x\nContent-Type: text/html\n\n<p>Left.</p>\n--=_x--\n"
    assert own(parsed("Content-Type: multipart/mixed", body)).startswith("Left.")
    assert own(parsed('Content-Type: multipart/mixed; boundary="other"', body)).startswith("Left.")
    assert own(parsed("Content-Type: multipart/mixed", "only words")) == "only words"


@pytest.mark.parametrize(
    ("head", "body", "text"),
    [
        ("", "Grüße".encode(), "Grüße"),
        ("", "Grüße".encode("latin-1"), "Grüße"),
        ("charset=us-ascii", "Grüße".encode(), "Grüße"),
        ("charset=iso-8859-1", "Grüße".encode(), "Grüße"),
        ("charset=utf-8", "Grüße".encode("latin-1"), "Grüße"),
        ("charset=unknown-8bit", "Grüße".encode(), "Grüße"),
        ("charset=no-such-thing", "Grüße".encode(), "Grüße"),
        ("charset=hex", b"abcd", "abcd"),
        ("charset=iso-8859-1", "“so”".encode("cp1252"), "“so”"),
        ("charset=utf-7", b"Gr+APwA3w-e", "Grüße"),
        ("charset=utf-16", "Grüße".encode("utf-16"), "Grüße"),
        ("charset=gb2312", "左边".encode("gbk"), "左边"),
        ("charset=ks_c_5601-1987", "왼쪽".encode("cp949"), "왼쪽"),
        ("", "左".encode("iso2022_jp"), "左"),
        ("charset*=us-ascii'en'utf-8", "Grüße".encode(), "Grüße"),
        ('charset="utf-8', "Grüße".encode(), "Grüße"),
    ],
)
def test_every_charset_survives_also_under_a_wrong_label(head: str, body: bytes, text: str) -> None:
    assert own(parsed(f"Content-Type: text/plain; {head}", body)) == text


@pytest.mark.parametrize(
    ("encoding", "body", "text"),
    [
        ("base64", b"R3LDvMOfZQ==", "Grüße"),
        ("BASE64", b"R3LD\n\nvMOfZQ", "Grüße"),
        ("base64", b"R3LDvMOfZQ==\n\n_____________________\nTools mailing list\nhttps://lists.example.org/\n", "Grüße"),
        ("quoted-printable", b"Gr=C3=BC=\n=C3=9Fe =ZZ", "Grüße =ZZ"),
        ("x-nonsense", b"Gr\xc3\xbc\xc3\x9fe", "Grüße"),
    ],
)
def test_every_transfer_encoding_survives_also_with_junk_in_it(encoding: str, body: bytes, text: str) -> None:
    head = f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {encoding}"
    assert own(parsed(head, body)) == text


def test_what_is_packed_in_the_text_becomes_an_attachment() -> None:
    assert own(parsed("", "See.\n\nbegin 644 plan.pdf\nM12345\n`\nend\n")) == "See.\nattached: plan.pdf"


@given(st.binary(max_size=100), st.text(max_size=20))
def test_any_bytes_under_any_label_give_text(data: bytes, label: str) -> None:
    assert isinstance(decoded(data, label), str)


@pytest.mark.skipif(not BOUNCES.is_dir(), reason="the sample bounces are not here")
@pytest.mark.parametrize(
    "before", [b"", b"X-Broken\nContent-Type: text/plain; charset=\xff\n"], ids=["as is", "broken"]
)
def test_no_body_of_the_sample_bounces_raises(before: bytes) -> None:
    for sample in sorted(BOUNCES.glob("*.txt")):
        html = html_of(before + sample.read_bytes())
        assert safe_html.from_html(html) == html, sample.name


def test_what_is_attached_is_named_with_its_size_and_mails_in_it_are_whole() -> None:
    raw = (
        b"Content-Type: multipart/mixed; boundary=b\n\n"
        b"--b\nContent-Type: text/plain\n\nkeep\n"
        b"--b\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=plan.pdf\n"
        b"Content-Transfer-Encoding: base64\n\n" + b"QUJD" * 100 + b"\n"
        b"--b\nContent-Type: message/rfc822\n\nFrom: rowan@example.org\nSubject: W\xe4rme\n\nThe left one.\n--b--\n"
    )
    parts = parts_of(raw)
    assert parts.html == "<p>keep</p>"
    assert [(one.name, one.size) for one in parts.attachments] == [("plan.pdf", 300), ("mail", len(parts.forwarded[0]))]
    (forwarded,) = parts.forwarded
    assert b"Subject: W\xe4rme" in forwarded
    assert html_of(b"\n" + forwarded.partition(b"\n\n")[2]) == "<p>The left one.</p>"


def test_ids_are_read_also_where_a_program_took_them_for_words_and_encoded_them() -> None:
    long = f"{'a' * 40}.{'b' * 60}@example.org"
    mail = EmailMessage()
    mail["References"] = f"<1@example.org> <{long}>"
    raw = bytes(mail).partition(b": ")[2].replace(b"\n", b"")
    assert b"=?" in raw
    assert ids_of(raw) == ["1@example.org", long]
    assert ids_of(b"<1@example.org> <?=x@example.org> =?utf-8?q?") == ["1@example.org", "?=x@example.org"]
