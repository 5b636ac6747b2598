"""What was said on a list comes in closed; what is private stays out."""

from pathlib import Path

from tests.archives.readers.mails import a_mail, an_mbox, left_out, people, private, rooms, said

from alongside.archives.port import (
    PersonRecord,
    Reason,
    RoomAudience,
    RoomRecord,
)


def test_a_list_is_a_closed_room_of_those_who_wrote_there(tmp_path: Path) -> None:
    archive = an_mbox(
        tmp_path,
        a_mail(List_Archive="<https://lists.example.org/tools>"),
        a_mail(
            From="Rowan Ash <Rowan@Example.org>",
            Message_ID="<2@example.org>",
            List_Archive="<mailto:no@example.org>, <https://lists.example.org/tools>",
        ),
    )
    assert rooms(archive) == [
        RoomRecord(
            "tools.lists.example.org",
            "Tools of us",
            RoomAudience.MEMBERS,
            ("alder@example.org", "rowan@example.org"),
            "https://lists.example.org/tools",
        )
    ]
    assert people(archive)[1] == PersonRecord(
        "rowan@example.org", "Rowan Ash", email="rowan@example.org", is_guest=True
    )
    assert [record.author for record in said(archive)] == ["alder@example.org", "rowan@example.org"]


def test_a_list_without_a_phrase_is_named_by_its_address(tmp_path: Path) -> None:
    assert rooms(an_mbox(tmp_path, a_mail(List_Id="<Tools.lists.example.org>")))[0].name == "tools@"


def test_private_mail_never_comes_in_and_its_people_are_not_even_listed(tmp_path: Path) -> None:
    archive = an_mbox(tmp_path, a_mail(), a_mail(**private(From="Secret <secret@example.org>")))
    assert len(said(archive)) == 1
    assert left_out(archive) == [Reason.DIRECT]
    assert "secret@example.org" not in [person.source_id for person in people(archive)]


def test_an_inbox_is_private_even_when_all_of_it_went_to_one_address(tmp_path: Path) -> None:
    mails = [
        a_mail(
            **private(From=f"p{n}@example.org", Message_ID=f"<{n}@example.org>", In_Reply_To=f"<sent{n}@example.org>")
        )
        for n in range(20)
    ]
    archive = an_mbox(tmp_path, *mails)
    assert left_out(archive) == [Reason.DIRECT] * 20
    assert people(archive) == []
    assert rooms(archive) == []


def test_an_inbox_that_names_its_owner_is_private_though_people_answer_each_other_in_it(tmp_path: Path) -> None:
    mails = [
        a_mail(
            **private(
                From=f"p{n}@example.org",
                Message_ID=f"<{n}@example.org>",
                In_Reply_To=f"<{n - 1}@example.org>",
                Delivered_To="rowan@example.org",
            )
        )
        for n in range(10)
    ]
    assert left_out(an_mbox(tmp_path, *mails)) == [Reason.DIRECT] * 10


def a_list_of_old(**more: str | None) -> list[bytes]:
    return [
        a_mail(
            **private(
                To="old@lists.example.org",
                From=f"p{n % 3}@example.org",
                Message_ID=f"<{n}@example.org>",
                In_Reply_To=f"<{n - 1}@example.org>" if n else None,
                **more,
            )
        )
        for n in range(10)
    ]


def test_an_archive_without_list_ids_is_one_list_when_people_answer_each_other_at_one_address(tmp_path: Path) -> None:
    archive = an_mbox(tmp_path, *a_list_of_old(), a_mail(**private(From="x@example.org", Message_ID="<x@example.org>")))
    assert [room.source_id for room in rooms(archive)] == ["old.lists.example.org"]
    assert len(said(archive)) == 10
    assert left_out(archive) == [Reason.DIRECT]


def test_mail_from_before_a_list_had_an_id_is_of_the_same_room(tmp_path: Path) -> None:
    newer = a_mail(Message_ID="<n@example.org>", List_Id="old <old.lists.example.org>")
    archive = an_mbox(tmp_path, *a_list_of_old(), newer)
    assert {record.room for record in said(archive)} == {"old.lists.example.org"}


def test_a_sent_copy_belongs_to_the_list_that_it_was_sent_to(tmp_path: Path) -> None:
    sent = a_mail(**private(To="tools@lists.example.org", Message_ID="<2@example.org>"))
    archive = an_mbox(tmp_path, a_mail(List_Post="<mailto:tools@lists.example.org>"), sent)
    assert [record.room for record in said(archive)] == ["tools.lists.example.org"] * 2


def test_a_public_archive_spells_its_addresses_out_and_names_no_addressee(tmp_path: Path) -> None:
    mails = [
        a_mail(**private(To=None, From="alder at example.org (Alder Finch)", Message_ID=f"<{n}@x>")) for n in range(3)
    ]
    archive = an_mbox(tmp_path, *mails, name="gardeners-2011-March.txt")
    assert people(archive) == [
        PersonRecord("alder@example.org", "Alder Finch", email="alder@example.org", is_guest=True)
    ]
    assert [room.name for room in rooms(archive)] == ["gardeners"]
    assert len(said(archive)) == 3


def test_a_list_that_writes_its_own_address_into_from_does_not_make_one_person_of_all(tmp_path: Path) -> None:
    archive = an_mbox(
        tmp_path,
        a_mail(
            From="Alder Finch via Tools <tools@lists.example.org>",
            Reply_To="tools@lists.example.org, Alder <alder@example.org>",
            List_Post="<mailto:tools@lists.example.org>",
        ),
        a_mail(From='"Rowan Ash via Tools" <tools@lists.example.org>', Message_ID="<2@example.org>"),
    )
    authors = [record.author for record in said(archive)]
    assert len(set(authors)) == 2
    assert {person.name for person in people(archive)} == {"Alder Finch", "Rowan Ash"}
    assert "tools@lists.example.org" not in [person.email for person in people(archive)]
