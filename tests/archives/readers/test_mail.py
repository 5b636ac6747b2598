"""Mail comes in by list and thread, whatever state it is in; what is private stays out."""

import gzip
import tracemalloc
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.archives.readers.mails import a_mail, an_mbox, left_out, people, read, said, text_of

from alongside.archives.port import (
    LeftOut,
    MessageRecord,
    Opened,
    PersonRecord,
    Reason,
    RemovedRecord,
    Unreadable,
)
from alongside.archives.readers.mail import MailReader

BOUNCES = Path(__file__).parents[4] / "shared/data/payloads/email/bounces"


def test_threads_follow_references_and_never_the_subject(tmp_path: Path) -> None:
    archive = an_mbox(
        tmp_path,
        a_mail(),
        a_mail(Message_ID="<2@example.org>", Subject="Re: The valve"),
        a_mail(Message_ID="<3@example.org>", In_Reply_To="<1@example.org>", Subject="Something else"),
        a_mail(Message_ID="<4@example.org>", References="<1@example.org>\n <3@example.org>"),
    )
    first, same_subject, answer, later = said(archive)
    assert (first.context, same_subject.context) == ("1@example.org", "2@example.org")
    assert (answer.context, answer.reply_to) == ("1@example.org", "1@example.org")
    assert (later.context, later.reply_to) == ("1@example.org", "3@example.org")
    assert later.references == ("1@example.org", "3@example.org")
    assert same_subject.subject == "The valve"


def test_a_mail_that_names_itself_as_earlier_is_its_own_beginning(tmp_path: Path) -> None:
    (only,) = said(an_mbox(tmp_path, a_mail(References="<1@example.org>", In_Reply_To="<1@example.org>")))
    assert (only.context, only.reply_to, only.references) == ("1@example.org", None, ())


@pytest.mark.parametrize(
    "fields",
    [
        {"Auto_Submitted": "auto-replied (vacation)"},
        {"Precedence": "auto_reply"},
        {"From": "Mail Delivery <MAILER-DAEMON@example.org>"},
        {"Return_Path": "<>"},
        {"Content_Type": "multipart/report; report-type=delivery-status; boundary=x"},
        {"X_Autoreply": "yes"},
        {"To": "tools-bounces@lists.example.org"},
        {"Precedence": "bulk", "List_Id": None, "List-Id": None},
    ],
)
def test_what_a_machine_wrote_is_left_out(tmp_path: Path, fields: dict[str, str | None]) -> None:
    assert left_out(an_mbox(tmp_path, a_mail(**fields))) == [Reason.BOT]


def test_a_mail_that_says_it_is_not_automatic_comes_in(tmp_path: Path) -> None:
    assert len(said(an_mbox(tmp_path, a_mail(Auto_Submitted="no", Precedence="list")))) == 1


def test_a_mail_without_an_id_always_gets_the_same_one(tmp_path: Path) -> None:
    (one,) = said(an_mbox(tmp_path, a_mail(Message_ID=None)))
    (again,) = said(an_mbox(tmp_path, a_mail(Message_ID=None, X_Spam="no"), name="again.mbox"))
    (other,) = said(an_mbox(tmp_path, a_mail("Another.", Message_ID=None), name="other.mbox"))
    assert one.source_id == again.source_id != other.source_id


def test_a_copy_comes_in_once_a_room(tmp_path: Path) -> None:
    archive = an_mbox(tmp_path, a_mail(), a_mail(), a_mail(List_Id="<phones.lists.example.org>"))
    assert [record.room for record in said(archive)] == ["tools.lists.example.org", "phones.lists.example.org"]


@pytest.mark.parametrize(
    ("date", "received", "expected"),
    [
        ("Mon, 05 May 2025 10:00:00 +0200", None, datetime(2025, 5, 5, 8, tzinfo=UTC)),
        ("2025-05-05T08:00:00Z", None, datetime(2025, 5, 5, 8, tzinfo=UTC)),
        ("yesterday", "from a; Mon, 5 May 2025 08:00:01 +0000", datetime(2025, 5, 5, 8, 0, 1, tzinfo=UTC)),
        (
            "Thu, 01 Jan 1970 00:00:00 +0000",
            "from a; Mon, 5 May 2025 08:00:01 +0000",
            datetime(2025, 5, 5, 8, 0, 1, tzinfo=UTC),
        ),
        ("Thu, 01 Jan 9999 00:00:00 +0000", None, datetime(2025, 5, 5, 10, tzinfo=UTC)),
        (None, None, datetime(2025, 5, 5, 10, tzinfo=UTC)),
    ],
)
def test_a_date_that_is_none_is_mended_from_what_else_the_mail_says(
    tmp_path: Path, date: str | None, received: str | None, expected: datetime
) -> None:
    (only,) = said(an_mbox(tmp_path, a_mail(Date=date, Received=received)))
    assert only.said_at == expected


def test_a_mail_with_no_time_at_all_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "one.eml"
    file.write_bytes(a_mail(Date="soon"))
    assert left_out(file) == [Reason.NO_TIME]


def test_a_single_mail_can_be_read(tmp_path: Path) -> None:
    file = tmp_path / "one.eml"
    file.write_bytes(a_mail())
    assert MailReader.recognises(file)
    assert [text_of(record) for record in said(file)] == ["It is the blue one."]


def test_lines_that_begin_with_from_stay_in_their_mail(tmp_path: Path) -> None:
    body = ">From the start\n\nFrom here on: 12:30 in 2025\nit is blue.\n\nFrom\n\nFrom me"
    archive = an_mbox(tmp_path, a_mail(body), a_mail(Message_ID="<2@example.org>"))
    first, _ = said(archive)
    assert text_of(first) == "From the start\nFrom here on: 12:30 in 2025\nit is blue.\nFrom\nFrom me"


def test_an_mbox_is_cut_rightly_wherever_its_chunks_end(tmp_path: Path) -> None:
    mails = [a_mail("x" * (n * 997 % 90_000), Message_ID=f"<{n}@example.org>") for n in range(60)]
    # The first of them is empty.
    assert len(said(an_mbox(tmp_path, *mails))) == 59


def test_an_mbox_with_windows_line_ends_reads_the_same(tmp_path: Path) -> None:
    archive = an_mbox(tmp_path, a_mail("One.\n\nTwo."), a_mail(Message_ID="<2@example.org>"))
    plain = said(archive)
    archive.write_bytes(archive.read_bytes().replace(b"\n", b"\r\n"))
    assert said(archive) == plain


def test_a_gzipped_mbox_reads_the_same_and_a_torn_one_as_far_as_it_goes(tmp_path: Path) -> None:
    mails = [a_mail(f"Number {n} {hash(str(n))}", Message_ID=f"<{n}@example.org>") for n in range(3000)]
    plain = an_mbox(tmp_path, *mails)
    packed = tmp_path / "tools.mbox.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert MailReader.recognises(packed)
    assert said(packed) == said(plain)
    packed.write_bytes(packed.read_bytes()[: packed.stat().st_size // 2])
    assert 100 < len(said(packed)) < 3000
    assert left_out(packed) == [Reason.TRUNCATED]


def test_a_mail_larger_than_the_limit_keeps_its_text_and_loses_its_attachments_end(tmp_path: Path) -> None:
    body = (
        "--b\nContent-Type: text/plain\n\nSee the picture.\n--b\nContent-Type: image/png; name=p.png\n"
        "Content-Transfer-Encoding: base64\n\n" + "QUFB" * 500_000 + "\n--b--\n"
    )
    large = a_mail(body, Content_Type="multipart/mixed; boundary=b")
    archive = an_mbox(tmp_path, large, a_mail(Message_ID="<2@example.org>"))
    assert [text_of(record) for record in said(archive, record_bytes=10_000)] == [
        "See the picture.\nattached: p.png",
        "It is the blue one.",
    ]


def a_maildir(path: Path, *mails: bytes) -> Path:
    for name in ("cur", "new", "tmp"):
        (path / name).mkdir(parents=True)
    for number, mail in enumerate(mails):
        (path / ("cur" if number else "new") / f"{number}.host:2,S").write_bytes(mail)
    return path


def test_a_maildir_reads_cur_and_new_and_the_folders_in_it(tmp_path: Path) -> None:
    box = a_maildir(tmp_path / "Mail", a_mail(), a_mail(Message_ID="<2@example.org>"))
    a_maildir(box / ".Archive", a_mail(Message_ID="<3@example.org>"))
    assert MailReader.recognises(box)
    assert sorted(record.source_id for record in said(box)) == ["1@example.org", "2@example.org", "3@example.org"]


def test_in_a_maildir_a_trashed_mail_is_removed_and_a_draft_left_out_and_a_link_not_followed(tmp_path: Path) -> None:
    box = a_maildir(tmp_path / "Mail")
    (box / "cur/1:2,ST").write_bytes(a_mail())
    (box / "cur/2:2,DS").write_bytes(a_mail(Message_ID="<2@example.org>"))
    (tmp_path / "outside").write_bytes(a_mail(Message_ID="<3@example.org>"))
    (box / "cur/3:2,S").symlink_to(tmp_path / "outside")
    records = list(read(box).messages())
    assert records[0] == RemovedRecord("1@example.org")
    assert [record.reason for record in records[1:] if isinstance(record, LeftOut)] == [
        Reason.DIRECT,
        Reason.UNSAFE_PATH,
    ]


def test_a_zip_of_mboxes_and_mails_is_read(tmp_path: Path) -> None:
    archive = tmp_path / "takeout.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.write(an_mbox(tmp_path, a_mail()), "Takeout/Mail/All mail.mbox")
        packed.writestr("Takeout/Mail/one.eml", a_mail(Message_ID="<2@example.org>"))
    assert MailReader.recognises(archive)
    assert len(said(archive)) == 2


def test_progress_reaches_its_total(tmp_path: Path) -> None:
    opened = Opened(an_mbox(tmp_path, a_mail(), a_mail(Message_ID="<2@example.org>")))
    list(MailReader(opened).messages())
    assert opened.progress.done == opened.progress.total == opened.path.stat().st_size


@pytest.mark.parametrize(
    ("fields", "subject"),
    [
        ({"Subject": "=?utf-8?B?R3LDvMOfZQ==?="}, "Grüße"),
        ({"Subject": "=?iso-8859-1?Q?Gr=FC=DFe?= =?iso-8859-1?Q?_an_alle?="}, "Grüße an alle"),
        ({"Subject": "=?utf-8?B?R3LD?= =?utf-8?B?vMOfZQ?="}, "Grüße"),
        ({"Subject": "=?no-such-charset?Q?Gr=C3=BC=C3=9Fe?="}, "Grüße"),
        ({"Subject": b"Gr\xfc\xdfe".decode("ascii", "surrogateescape")}, "Grüße"),
        ({"Subject": "Grüße"}, "Grüße"),
        ({"Subject": "=?utf-8?Q?broken"}, "=?utf-8?Q?broken"),
        ({"Subject": "AW: Re: [3] Fwd: The valve"}, "[3] Fwd: The valve"),
        ({"Subject": None}, ""),
    ],
)
def test_a_subject_is_read_however_it_is_written(tmp_path: Path, fields: dict[str, Any], subject: str) -> None:
    (only,) = said(an_mbox(tmp_path, a_mail(**fields)))
    assert only.subject == subject


@pytest.mark.parametrize(
    ("written", "address", "name"),
    [
        ("=?utf-8?Q?Alder_F=C3=ADnch?= <a@example.org>", "a@example.org", "Alder Fínch"),
        ('"Finch, Alder" <A@Example.org>, "Ash" <r@example.org>', "a@example.org", "Finch, Alder"),
        ("a@example.org (Alder Finch)", "a@example.org", "Alder Finch"),
        ("a@example.org", "a@example.org", "a"),
        ("=?utf-8?B?IkFsZGVyIiA8YUBleGFtcGxlLm9yZz4=?=", "a@example.org", "Alder"),
        ('"a@example.org" <a@example.org>', "a@example.org", "a"),
    ],
)
def test_a_writer_is_known_however_the_address_is_written(
    tmp_path: Path, written: str, address: str, name: str
) -> None:
    assert people(an_mbox(tmp_path, a_mail(From=written))) == [
        PersonRecord(address, name, email=address, is_guest=True)
    ]


def test_a_person_goes_by_the_newest_name(tmp_path: Path) -> None:
    archive = an_mbox(
        tmp_path,
        a_mail(From="Alder Ash <a@example.org>", Date="Tue, 06 May 2025 10:00:00 +0200"),
        a_mail(From="Alder Finch <a@example.org>", Message_ID="<2@example.org>"),
        a_mail(From="a@example.org", Date="Wed, 07 May 2025 10:00:00 +0200", Message_ID="<3@example.org>"),
    )
    assert [person.name for person in people(archive)] == ["Alder Ash"]


def test_other_files_are_not_taken_for_mail(tmp_path: Path) -> None:
    for name, content in {
        "a.txt": b"From here on we see: 12:30 in 2025\nwords\n",
        "b.json": b'[{"from": 1}]',
        "c": b"",
        "d.md": b"Title: x\nAuthor: y\nDate: z\n\ntext",
    }.items():
        (tmp_path / name).write_bytes(content)
        assert not MailReader.recognises(tmp_path / name)
    assert not MailReader.recognises(tmp_path / "missing")
    assert not MailReader.recognises(tmp_path)


def test_nothing_where_an_archive_should_be_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="check the path"):
        list(read(tmp_path / "missing").messages())


def test_a_mail_of_a_thousand_boxes_in_boxes_costs_only_itself(tmp_path: Path) -> None:
    nested = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(1500))
    archive = an_mbox(
        tmp_path, a_mail(b"--x\n" + nested, Content_Type="multipart/mixed; boundary=x"), a_mail(Message_ID="<2@x>")
    )
    assert [record.source_id for record in said(archive)] == ["2@x"]
    assert left_out(archive) == [Reason.BROKEN]


@pytest.mark.skipif(not BOUNCES.is_dir(), reason="the sample bounces are not here")
def test_every_sample_bounce_is_survived_and_hardly_any_comes_in(tmp_path: Path) -> None:
    samples = sorted(BOUNCES.glob("*.txt"))
    assert samples
    for sample in samples:
        assert all(isinstance(record, LeftOut | MessageRecord) for record in read(sample).messages())
    as_list = [b"List-Id: <all.example.org>\n" + sample.read_bytes() for sample in samples]
    archive = an_mbox(tmp_path, *as_list)
    assert len(said(archive)) < len(samples) // 10
    human = [
        mail.replace(b"MAILER-DAEMON", b"alder").replace(b"multipart/report", b"multipart/mixed") for mail in as_list
    ]
    assert len(said(an_mbox(tmp_path, *human, name="human.mbox"))) > len(said(archive))


PIECES = rb"""From a@b Mon May  5 10:00:00 2025
From: a@b
List-Id: <x.y>
To: a@b
Date: Mon, 5 May 2025 10:00:00 +9999999
Subject: =?utf-8?B?////?=
Message-ID: <>
References: <<<<<
Content-Type: multipart/mixed; boundary=b
Content-Type: multipart/alternative
Content-Type: text/html; charset*=x''utf-7
Content-Type: text/plain; charset=idna
Content-Type: text/plain; format=flowed; delsp=yes
Content-Transfer-Encoding: base64
Content-Transfer-Encoding: quoted-printable
Content-Disposition: attachment; filename*0*=%ff; filename*1=x
--b
--b--
>From
> quoted
begin 644 x
-- 
<div class="gmail_quote"><blockquote type="cite">
""".splitlines(keepends=True)  # noqa: W291
pieces = st.sampled_from([*PIECES, b"\n", b"\r\n", b"\x1f\x8b", b"\xff\xfe\x00"])


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.one_of(
        st.binary(max_size=300), st.lists(st.one_of(pieces, st.binary(max_size=20)), max_size=40).map(b"".join)
    )
)
def test_no_bytes_make_the_reader_raise(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "any"
    file.write_bytes(content)
    MailReader.recognises(file)
    reader = read(file)
    try:
        records = [*reader.people(), *reader.rooms(), *reader.messages()]
    except Unreadable:
        return
    for record in records:
        repr(record).encode("utf-8")


def test_memory_is_bounded_by_people_and_lists_and_not_by_mails(tmp_path: Path) -> None:
    file = tmp_path / "large.mbox"
    with file.open("wb") as out:
        for number in range(4000):
            out.write(b"From a@b Mon May  5 10:00:00 2025\n")
            out.write(a_mail("word " * 1500, Message_ID=f"<{number}@example.org>") + b"\n\n")
    reader = read(file)
    list(reader.people())
    tracemalloc.start()
    count = sum(isinstance(record, MessageRecord) for record in reader.messages())
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 4000
    assert most < file.stat().st_size // 4
