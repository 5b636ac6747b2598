"""E-mail on real servers: what comes in, what goes out, and what happens when something breaks."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from alongside.bridges.port import (
    AccountSeen,
    Body,
    Bounced,
    Button,
    InvitedIn,
    Joined,
    Left,
    Permanent,
    Post,
    PutOut,
    RoomSeen,
    Temporary,
)
from tests.bridges.mail.harness import MailHarness
from tests.bridges.mail.running import Running
from tests.bridges.mail.servers import OWN, PASSWORD

Run = Callable[..., Running]


def test_a_question_by_mail_is_answered_in_its_thread_and_the_answer_to_that_says_what_it_is_about(
    house: MailHarness, running: Run
) -> None:
    run = running()
    asked = house.write(house.ana, [OWN], "How do I calm a caller?", subject="A tense call")
    said = run.wait_for_said("How do I calm a caller?")
    assert (said.room, said.account, said.is_to_us, said.source_id) == ("", house.ana, True, asked.source_id)
    assert said.words == "A tense call\nHow do I calm a caller?"

    post = Post(
        key="answer 1",
        account=house.ana,
        subject=said.subject,
        context=said.context or "",
        reply=said.source_id,
        about="delivery:1",
        body=Body(
            lines=("Two colleagues worked on this before:",), buttons=(Button(label="This helped", words="helped"),)
        ),
    )
    sent = run.do(run.mail.send(post))
    (shown,) = house.seen_by(house.ana)
    assert shown.is_for_them_alone
    assert (shown.source_id, shown.context) == (sent.remote_id, asked.source_id)
    assert "Two colleagues" in shown.text
    assert shown.buttons == ("This helped",)
    assert not house.seen_by(house.bo)

    house.answer(house.ana, shown, "helped. Used the first one.")
    answer = run.wait_for_said("Used the first one")
    assert (answer.words, answer.about, answer.account) == ("helped. Used the first one.", "delivery:1", house.ana)

    house.press(house.ana, "This helped")
    run.wait(lambda: sum(one.about == "delivery:1" for one in run.said()) == 2)


def test_an_answer_that_comes_by_itself_can_be_ended_by_a_mail_to_nobody_but_us(
    house: MailHarness, running: Run
) -> None:
    run = running()
    stop = "https://alongside.example.org/stop/abc"
    body = Body(title="Your week", lines=("Two things.",))
    post = Post(key="letter 1", account=house.ana, about="letter:1", body=body, stop=stop)
    run.do(run.mail.send(post))
    house.servers.wait_for_queue()
    (mail,) = [message_from_bytes(raw, policy=default) for raw in house.servers.mails(house.ana)]
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"<{stop}>" in str(mail["List-Unsubscribe"])
    (address,) = re.findall(r"<mailto:([^?>]+)\?subject=stop>", str(mail["List-Unsubscribe"]))
    assert mail["Auto-Submitted"] == "auto-replied"
    house.write(house.ana, [address], "", subject="stop")
    run.wait(run.said)
    (said,) = run.said()
    assert (said.account, said.words, said.about, said.is_to_us) == (house.ana, "no more of this", "letter:1", True)


def test_a_list_is_a_room_with_its_members_once_we_are_subscribed(house: MailHarness, running: Run) -> None:
    run = running()
    assert not run.events(RoomSeen)
    house.invite_us(house.closed_room, house.ana)
    run.wait(lambda: run.events(InvitedIn))
    (room,) = run.events(RoomSeen)
    assert (room.source_id, room.name, room.reach.value) == (house.closed_room, "hotline@", "members")
    assert room.members == (house.ana, house.bo)
    assert {one.source_id for one in run.events(AccountSeen)} == {house.ana, house.bo}
    assert not any(one.is_guest for one in run.events(AccountSeen))

    house.join(house.cy, house.closed_room)
    run.wait(lambda: run.events(Joined))
    house.leave(house.bo, house.closed_room)
    run.wait(lambda: run.events(Left))
    assert [one.account for one in run.events(Joined)] == [house.cy]
    assert [one.account for one in run.events(Left)] == [house.bo]
    assert run.events(RoomSeen)[-1].members == (house.ana, house.cy)

    house.put_us_out(house.closed_room, house.ana)
    run.wait(lambda: run.events(PutOut))


def test_members_who_cannot_be_known_any_more_are_told_to_be_unknown(house: MailHarness, running: Run) -> None:
    house.invite_us(house.closed_room, house.ana)
    run = running()
    run.wait(lambda: run.events(RoomSeen))
    house.servers.lists.members_file(house.closed_room).unlink()
    run.wait(lambda: run.events(RoomSeen)[-1].members is None)
    assert not run.events(PutOut)


def test_what_is_said_on_a_list_is_told_in_its_thread_and_read_again_from_the_mailbox(
    house: MailHarness, running: Run
) -> None:
    house.invite_us(house.closed_room, house.ana)
    run = running()
    first = house.say(house.ana, house.closed_room, "Which valve is it?")
    run.wait_for_said("Which valve")
    house.say(house.bo, house.closed_room, "The left one.", context=first.context)
    said = run.wait_for_said("The left one")
    assert (said.room, said.account, said.context, said.reply_to) == (
        house.closed_room,
        house.bo,
        first.source_id,
        first.source_id,
    )
    assert not said.is_to_us
    house.say(house.bo, house.closed_room, "Something else.")
    run.wait_for_said("Something else")
    thread = run.do(run.mail.thread(house.closed_room, first.context))
    assert [(one.account, one.text) for one in thread] == [
        (house.ana, "Which valve is it?"),
        (house.bo, "The left one."),
    ]
    assert list(run.do(run.mail.thread(house.open_room, first.context))) == []
    assert list(run.do(run.mail.thread(house.closed_room, "nothing@example.org"))) == []


def test_a_mail_to_a_list_and_to_us_is_one_act_in_the_list(house: MailHarness, running: Run) -> None:
    house.invite_us(house.closed_room, house.ana)
    run = running()
    house.mention(house.ana, house.closed_room, "Who has seen this before?")
    house.servers.wait_for_queue()
    house.say(house.bo, house.closed_room, "The end.")
    run.wait_for_said("The end")
    acts = [one for one in run.said() if one.is_to_us]
    assert [(one.room, one.words) for one in acts] == [(house.closed_room, "Who has seen this before?")]


def test_a_mention_by_name_is_to_us_and_answers_to_what_we_posted_are_not(house: MailHarness, running: Run) -> None:
    house.invite_us(house.closed_room, house.ana)
    run = running()
    house.say(house.ana, house.closed_room, "@alongside who has seen this before?")
    assert run.wait_for_said("who has seen").words == "who has seen this before?"
    question = Post(
        key="ask 1", room=house.closed_room, in_name_of="Ana Moreau", about="ask:1", body=Body(quote="Which valve?")
    )
    run.do(run.mail.send(question))
    (shown,) = house.seen_by(house.bo)
    assert shown.room == house.closed_room
    assert "Ana Moreau asks:" in shown.text
    # A program that answers to all, whatever Reply-To says.
    house.write(house.bo, ["hotline@lists.example.org", OWN], "The left one.", context=shown.source_id)
    answer = run.wait_for_said("The left one")
    run.wait(lambda: len([one for one in run.said() if "The left one" in one.text]) >= 1)
    assert (answer.room, answer.about) == (house.closed_room, "ask:1")
    assert not any(one.is_to_us for one in run.said() if "The left one" in one.text)
    # What we said ourselves is not passed back.
    assert not any("Which valve?" in one.text and one.account == OWN for one in run.said())


def test_a_new_name_of_a_list_is_told_once_also_over_a_restart(house: MailHarness, running: Run) -> None:
    house.invite_us(house.closed_room, house.ana)
    run = running()
    house.rename_room(house.closed_room, "The hotline")
    house.say(house.ana, house.closed_room, "One.")
    run.wait_for_said("One.")
    assert [one.name for one in run.events(RoomSeen)] == ["hotline@", "The hotline"]
    again = running(house.closed_room, cursor=run.cursor)
    again.wait(lambda: again.events(RoomSeen))
    assert [one.name for one in again.events(RoomSeen)] == ["The hotline"]
    assert not again.events(InvitedIn)


def test_a_list_that_nobody_named_and_one_taken_from_the_settings_are_not_listened_to(
    house: MailHarness, running: Run
) -> None:
    run = running("gone.lists.example.org", lists="")
    run.wait(lambda: run.events(PutOut))
    assert [one.room for one in run.events(PutOut)] == ["gone.lists.example.org"]
    house.invite_us(house.closed_room, house.ana)
    house.say(house.ana, house.closed_room, "Only for us.")
    house.write(house.bo, [OWN], "To you.")
    run.wait_for_said("To you")
    assert not any("Only for us" in one.text for one in run.said())


# Mails that pretend.


def forged(house: MailHarness, head: str, body: str = "forget me", *, mail_from: str = "eve@evil.example") -> None:
    house.servers.send_from_outside(
        mail_from, [OWN], f"{head}\nSubject: hello\n\n{body}\n".encode(), helo="evil.example"
    )


@pytest.mark.parametrize(
    "head",
    [
        "From: Ana Moreau <ana@example.org>",
        "From: ana@example.org\nSender: eve@evil.example",
        "From: ana@example.org, eve@evil.example",
        "From: eve@evil.example, ana@example.org",
        "From: eve@evil.example\nFrom: ana@example.org",
        "From: ana@example.org\nFrom: eve@evil.example",
        'From: "ana@example.org" <eve@evil.example>',
        "From: =?utf-8?q?Ana_=3Cana=40example=2Eorg=3E?= <eve@evil.example>",
        "From: Ana Moreau <ana@example.org> <eve@evil.example>",
        "From: eve@evil.example (ana@example.org)",
        "From: staff: ana@example.org, eve@evil.example;",
        "From: eve@evil.example\nReply-To: ana@example.org\nSender: ana@example.org\nX-Original-From: ana@example.org",
        "From: ana@example.org\nAuthentication-Results: mx.example.org; dmarc=pass header.from=example.org",
        "From: ana@example.org\nAuthentication-Results: mx.example.org; auth=pass smtp.auth=ana@example.org",
        "From: Ana <ana@exаmple.org>",
        "From: Ana <ana@xn--exmple-4nf.org>",
        "From: Ana <ana@exarnple.org>",
        "From: Ana <ana@\u212aexample.org>",
        "From: Ana <ana@example.org>\nList-Id: <hotline.lists.example.org>",
        "From: Ana <ana@example.org>\nList-Id: <hotline.lists.example.org>\nDelivered-To: alongside+l.aaaa@example.org",
        "From: Ana <ana@example.org>\nTo: alongside+c.aaaaaaaaaaaaaaaaaaaaaaaa@example.org",
    ],
)
@pytest.mark.parametrize("removes_forged", [True, False])
def test_nobody_acts_in_somebody_elses_name(
    house: MailHarness, running: Run, head: str, *, removes_forged: bool
) -> None:
    house.invite_us(house.closed_room, house.ana)
    run = running()
    house.servers.checker.removes_forged = removes_forged
    try:
        forged(house, head)
        house.servers.wait_for_queue()
        house.write(house.bo, [OWN], "The true one.")
        run.wait_for_said("The true one")
    finally:
        house.servers.checker.removes_forged = True
    acts = [(one.account, one.words) for one in run.said() if "forget" in one.text]
    assert acts in ([], [("eve@evil.example", "hello\nforget me")], [("eve@evil.example", "forget me")])
    assert not any(account != "eve@evil.example" for account, _ in acts)


def test_somebody_signed_in_as_themselves_cannot_write_as_a_colleague(house: MailHarness, running: Run) -> None:
    run = running()
    house.post(house.bo, [OWN], b"From: Ana <ana@example.org>\nTo: alongside@example.org\n\nforget me\n")
    house.servers.wait_for_queue()
    house.write(house.bo, [OWN], "The true one.")
    run.wait_for_said("The true one")
    assert [one.account for one in run.said()] == [house.bo]


def test_a_token_authorises_the_account_that_it_was_given_to_and_nobody_else(house: MailHarness, running: Run) -> None:
    """Without any word of one's own server: here it writes no results at all."""
    house.servers.checker.annotates = False
    try:
        run = running()
        post = Post(key="1", account=house.ana, context="x@y", about="delivery:7", body=Body(lines=("Here.",)))
        run.do(run.mail.send(post))
        (shown,) = house.seen_by(house.ana)
        house.answer(house.ana, shown, "this helped")
        assert run.wait_for_said("this helped").about == "delivery:7"
        (address,) = {str(message_from_bytes(raw)["Reply-To"]) for raw in house.servers.mails(house.ana)}
        house.write(house.bo, [address], "forget me")
        house.write(house.ana, [address.upper().replace("EXAMPLE.ORG", "example.org")], "keep")
        run.wait_for_said("keep")
        house.servers.wait_for_queue()
        assert [one.account for one in run.said()] == [house.ana, house.ana]
    finally:
        house.servers.checker.annotates = True


def test_a_forged_author_on_a_list_is_not_passed_on_and_a_changed_mail_is_no_act(
    house: MailHarness, running: Run
) -> None:
    house.invite_us(house.closed_room, house.ana)
    run = running()
    head = b"From: Ana <ana@example.org>\nTo: hotline@lists.example.org\nMessage-ID: <f@x>\n\n"
    house.servers.send_from_outside("eve@evil.example", ["hotline@lists.example.org"], head + b"@alongside forget me\n")
    house.servers.wait_for_queue()
    house.say(house.bo, house.closed_room, "The true one.")
    run.wait_for_said("The true one")
    assert not any("forget me" in one.text for one in run.said())


# What is never answered.


@pytest.mark.parametrize(
    "head",
    [
        "Auto-Submitted: auto-replied",
        "Precedence: bulk",
        "X-Auto-Response-Suppress: All",
        "List-Unsubscribe: <mailto:x@example.org>",
        "X-Alongside: 1",
        "Subject: Automatic reply: your question",
        "\n".join(f"Received: from a{number} by b{number}" for number in range(40)),
    ],
)
def test_automatic_mail_and_loops_are_no_act(house: MailHarness, running: Run, head: str) -> None:
    run = running()
    house.post(house.ana, [OWN], f"From: Ana <ana@example.org>\nTo: {OWN}\n{head}\n\nhelp\n".encode())
    house.servers.wait_for_queue()
    house.write(house.bo, [OWN], "The true one.")
    run.wait_for_said("The true one")
    assert [one.account for one in run.said()] == [house.bo]


def test_a_mail_that_comes_back_is_known_by_the_address_it_comes_back_to(house: MailHarness, running: Run) -> None:
    run = running()
    run.do(run.mail.send(Post(key="1", account="ed@gone.example", body=Body(lines=("Hello.",)))))
    run.wait(lambda: run.events(Bounced), 40)
    (bounced,) = run.events(Bounced)
    assert (bounced.account, bounced.is_permanent) == ("ed@gone.example", True)
    # Anybody can write a bounce about anybody.
    dsn = next(raw for raw in [RAW_BOUNCE])
    house.servers.send_from_outside("", [OWN], dsn.replace(b"ed@gone.example", b"ana@example.org"))
    house.write(house.bo, [OWN], "The true one.")
    run.wait_for_said("The true one")
    assert len(run.events(Bounced)) == 1


RAW_BOUNCE = b"""From: MAILER-DAEMON@mx.example.org
To: alongside+b.aaaaaaaaaaaaaaaaaaaaaaaa@example.org
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

It failed.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; ed@gone.example
Action: failed
Status: 5.1.1
--b--
"""


# When something breaks.


def test_a_server_that_is_busy_is_asked_again_and_the_mail_has_the_same_id(house: MailHarness, running: Run) -> None:
    run = running()
    house.fail_sends(1)
    post = Post(key="one", account=house.ana, body=Body(lines=("Hello.",)))
    with pytest.raises(Temporary, match="451") as refused:
        run.do(run.mail.send(post))
    assert not refused.value.is_uncertain
    house.swallow_answer()
    with pytest.raises(Temporary, match="broke") as swallowed:
        run.do(run.mail.send(post))
    assert swallowed.value.is_uncertain
    sent = run.do(run.mail.send(post))
    assert {one.source_id for one in house.seen_by(house.ana)} == {sent.remote_id}
    assert len(house.seen_by(house.ana)) == 2


def test_an_account_that_the_server_does_not_know_is_refused_for_good(house: MailHarness, running: Run) -> None:
    run = running(smtp=f"smtp://127.0.0.1:{house.servers.ports.submission}", smtp_password=PASSWORD)
    run.do(run.mail.send(Post(key="0", account=house.ana, body=Body(lines=("By Postfix itself.",)))))
    with pytest.raises(Permanent, match="550") as refused:
        run.do(run.mail.send(Post(key="1", account="nobody@example.org", body=Body(lines=("Hello.",)))))
    assert not refused.value.is_of_connection
    for account in ("", "no address", "a@b\nc"):
        with pytest.raises(Permanent, match="no mail address"):
            run.do(run.mail.send(Post(key="1", account=account, body=Body(lines=("Hello.",)))))
    with pytest.raises(Permanent, match="not in the settings"):
        run.do(run.mail.send(Post(key="1", room="x.lists.example.org", body=Body(lines=("Hello.",)))))


def test_a_line_that_breaks_loses_nothing(house: MailHarness, running: Run) -> None:
    run = running()
    house.write(house.ana, [OWN], "Before.")
    run.wait_for_said("Before")
    house.cut()
    house.write(house.ana, [OWN], "Meanwhile.")
    run.wait_for_said("Meanwhile")
    assert run.breaks
    house.repeat_last()
    house.write(house.ana, [OWN], "After.")
    run.wait_for_said("After")
    assert [one.text for one in run.said()] == ["Before.", "Meanwhile.", "After."]


def test_dovecot_may_stop_and_come_back(house: MailHarness, running: Run) -> None:
    run = running()
    house.servers.stop_dovecot()
    run.wait(lambda: run.breaks)
    house.servers.start_dovecot()
    house.write(house.ana, [OWN], "Back again.")
    run.wait_for_said("Back again", 40)


def test_a_mailbox_that_numbers_its_mails_anew_gives_nothing_old(house: MailHarness, running: Run) -> None:
    house.write(house.ana, [OWN], "Now.")
    house.servers.wait_for_queue()
    with house.servers.mailbox(OWN) as client:
        old = f"From: {house.bo}\nAuthentication-Results: mx.example.org; dmarc=pass header.from=example.org\n\nOld.\n"
        client.append("INBOX", old.encode(), (), datetime.now(UTC) - timedelta(days=3))
    cursor = f'{{"validity":1,"uid":700,"at":{(datetime.now(UTC) - timedelta(minutes=5)).timestamp()}}}'
    run = running(cursor=cursor)
    run.wait_for_said("Now.")
    house.write(house.ana, [OWN], "Later.")
    run.wait_for_said("Later.")
    assert [one.text for one in run.said()] == ["Now.", "Later."]


def test_what_was_written_to_us_is_removed_once_taken_in_and_what_is_not_for_us_stays(
    house: MailHarness, running: Run
) -> None:
    house.invite_us(house.closed_room, house.ana)
    run = running()
    house.write(house.ana, [OWN], "To you alone.")
    house.say(house.bo, house.closed_room, "To the list.")
    forged(house, "From: Ana Moreau <ana@example.org>", "Forged.")
    run.wait_for_said("To you alone")
    run.wait_for_said("To the list")

    def left() -> list[tuple[str, bool]]:
        with house.servers.mailbox(OWN) as client:
            found = client.fetch(client.search(), ["BODY.PEEK[TEXT]", "FLAGS"])
            return [(one[b"BODY[TEXT]"].decode().strip(), rb"\Seen" in one[b"FLAGS"]) for one in found.values()]

    run.wait(lambda: sorted(left()) == [("Forged.", True), ("To the list.", True)])


def test_a_mail_that_was_taken_in_but_not_put_away_is_put_away_later(house: MailHarness, running: Run) -> None:
    house.write(house.ana, [OWN], "To you alone.")
    house.servers.wait_for_queue()
    with house.servers.mailbox(OWN) as client:
        validity = client.select_folder("INBOX")[b"UIDVALIDITY"]
        (uid,) = client.search()
    run = running(cursor=f'{{"validity":{validity},"uid":{uid},"at":1.0}}', done_folder="Done")
    run.wait(lambda: not house.servers.mails(OWN))
    assert len(house.servers.mails(OWN, "Done")) == 1
    assert not run.said()


# A thread that is forwarded.


def test_a_forwarded_thread_stands_where_only_who_forwarded_it_reads(house: MailHarness, running: Run) -> None:
    run = running()
    mail = EmailMessage(policy=default)
    mail["From"], mail["To"], mail["Subject"] = house.ana, OWN, "Fwd: The valve"
    mail["Message-ID"] = "<forward@example.org>"
    mail.set_content("keep")
    for number, (who, text) in enumerate([("bo@example.org", "Which one?"), ("ana@example.org", "The left one.")]):
        inner = EmailMessage(policy=default)
        inner["From"], inner["Message-ID"] = who, f"<{number}@example.org>"
        inner["Date"] = f"Mon, 05 May 2025 10:0{number}:00 +0000"
        inner.set_content(text)
        mail.add_attachment(inner)
    house.post(house.ana, [OWN], mail.as_bytes())
    run.wait(lambda: any(one.is_to_us for one in run.said()))
    (room,) = run.events(RoomSeen)
    assert (room.source_id, room.members) == (f"forwarded:{house.ana}", (house.ana,))
    (act,) = run.said()
    assert (act.words, act.room, act.account) == ("keep", room.source_id, house.ana)
    assert act.context != act.source_id == "forward@example.org"
    expected = [("bo@example.org", "Which one?"), ("ana@example.org", "The left one.")]
    thread = run.do(run.mail.thread(act.room, act.context or ""))
    assert [(one.account, one.text) for one in thread if not one.is_to_us] == expected
    # An answer in that room goes to its one reader.
    run.do(run.mail.send(Post(key="d", room=act.room, context=act.context or "", body=Body(lines=("A draft.",)))))
    assert [one.context for one in house.seen_by(house.ana)] == ["forward@example.org"]


def test_a_forwarded_mail_of_a_list_means_the_lists_own_thread(house: MailHarness, running: Run) -> None:
    house.invite_us(house.closed_room, house.ana)
    run = running()
    first = house.say(house.bo, house.closed_room, "Which one?")
    run.wait_for_said("Which one")
    house.servers.wait_for_queue()
    inner = next(raw for raw in house.servers.mails(house.ana) if b"Which one" in raw)
    mail = EmailMessage(policy=default)
    mail["From"], mail["To"], mail["Message-ID"] = house.ana, OWN, "<forward@example.org>"
    mail.set_content("keep")
    mail.add_attachment(message_from_bytes(inner.replace(b"Which one", b"I am a fool"), policy=default))
    house.post(house.ana, [OWN], mail.as_bytes())
    run.wait(lambda: any(one.is_to_us for one in run.said()))
    (act,) = [one for one in run.said() if one.is_to_us]
    assert (act.words, act.room, act.context) == ("keep", house.closed_room, first.context)
    assert not any("fool" in one.text for one in run.said())
    assert [one.text for one in run.do(run.mail.thread(act.room, act.context or ""))] == ["Which one?"]
