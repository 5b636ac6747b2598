"""Openers of a real workplace's chat, told by reading whether they ask. Ids alone: the texts are no part of this project."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.conversations.questions import is_question

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "ncar-zulip"

# + asks, - does not. The rule was written on every second opener; the others were labelled once it stood.
WRITTEN_ON = """
712- 3282- 3803+ 5924+ 6347+ 6773+ 7585+ 7998+ 8008+ 8353- 9430+ 11479- 12656- 14386- 15043+ 17112+ 17526+
20191+ 20988+ 21653- 21815+ 21934+ 22180+ 22567- 23074- 23095+ 23405- 23822+ 23969+ 24158+ 24564+ 24772- 25502+
25754+ 25977+ 26050+ 27613+ 28015+ 28301- 28841+ 29867+ 30455+ 30700+ 31268+ 31419+ 31579+ 31711- 32534+ 32989+
35389- 35767+ 36730+ 37793+ 40920+ 41142+ 41425- 41536+ 42082- 42140+ 42302+ 42702- 42954- 44235+ 44358- 44566+
44898- 46173+ 46968- 47599+ 48202+ 48887- 49534+ 49713+ 49856+ 50501+ 50715- 51504- 52732+ 52903+ 53056+ 53139+
54071- 54586+ 54830+ 55028+ 55976+ 56026+ 57153- 57460- 58736- 60208- 60816- 62586- 63413+ 63735+ 65025- 65443+
65559- 66284- 66559- 69193+ 70880+ 71181+ 71553- 72222+ 72714+ 73750+ 74116- 77984- 79303- 80053+ 80576+ 81071-
81779+ 82701+ 82840+ 85099- 85708- 86439- 86986+ 88297- 89671- 89874- 91443- 91655- 91859+ 92415+ 93321+ 93743-
94310+ 94328- 94656- 94840+ 95875+ 96177+ 96233- 96514+ 97338+ 97547+ 98494+ 99465- 100961- 101715- 102361+
103988+ 104524+ 104728- 105032- 105156+ 105344- 105654+ 105808- 106116+
"""
HELD_OUT = """
2813- 3302+ 3859+ 6281- 6438+ 6850+ 7893+ 8007+ 8078+ 9064- 9921+ 11547+ 14250+ 14468+ 16801+ 17398- 17697+
20683- 20998- 21769+ 21910- 22151+ 22470- 22903+ 23094+ 23110- 23538+ 23893+ 23997+ 24214+ 24758+ 25395+ 25703-
25795+ 26049- 27146+ 27747- 28174+ 28786- 29466+ 30174- 30606+ 30988+ 31321+ 31564- 31616+ 32240+ 32879+ 33390-
35736+ 36229+ 37025+ 38128+ 41115+ 41346+ 41528+ 41615+ 42119+ 42141+ 42386+ 42805- 44040+ 44239+ 44469+ 44626-
45604- 46291+ 47222+ 47662+ 48248+ 49438+ 49676+ 49738+ 49954- 50639+ 51078+ 52149+ 52790- 52992- 53131+ 54068-
54439+ 54630+ 54843+ 55827+ 55991+ 56114+ 57259- 58431- 59693+ 60653- 61970+ 63159+ 63567+ 63763+ 65169+ 65501-
65831- 66462- 67649+ 69452+ 70983+ 71255- 71582+ 72280- 73296+ 74025- 74560- 78860+ 79525- 80172- 80638+ 81160+
82363- 82809+ 84533+ 85667- 85984- 86596+ 87566- 89634+ 89734- 90954- 91602+ 91833+ 91896+ 93009- 93692- 93769-
94313+ 94329+ 94657- 95122+ 95927+ 96227+ 96313+ 96555- 97384+ 98046+ 99419- 99637- 101566+ 102053+ 103888+
104322+ 104659- 104892- 105033+ 105199- 105632- 105731- 105937-
"""


def pairs(labels: str) -> Iterator[tuple[str, bool]]:
    for label in labels.split():
        yield label[:-1], label.endswith("+")


@pytest.fixture(scope="module")
def openers() -> dict[str, tuple[str, str]]:
    if not DATA.is_dir():
        pytest.skip("the real chat is not on this machine")
    titles = json.loads((DATA / "topics.json").read_text("utf-8"))
    with gzip.open(DATA / "posts.jsonl.gz", "rt", encoding="utf-8") as lines:
        return {post["id"]: (titles[post["topic"]], post["text"]) for post in map(json.loads, lines)}


@pytest.mark.parametrize(
    ("labels", "precision", "recall"),
    [(WRITTEN_ON, 0.94, 0.98), (HELD_OUT, 0.97, 0.95)],
    ids=["written on", "held out"],
)
def test_real_openers_are_told_as_a_reader_tells_them(
    openers: dict[str, tuple[str, str]], labels: str, precision: float, recall: float
) -> None:
    told = [(is_question(*openers[one]), asks) for one, asks in pairs(labels)]
    right = sum(said and asks for said, asks in told)
    assert len(told) > 150
    assert right / sum(said for said, _ in told) >= precision
    assert right / sum(asks for _, asks in told) >= recall


@pytest.mark.parametrize(
    "text",
    [
        "How do I close a case that two people opened?",
        "I'm unable to start the phone system today. Can someone point me to the instructions",
        "Does anybody know how the new forms are printed",
        "I wonder whether we may refund a half month. Any ideas on that",
        "Getting this error when I save a case: CaseError 12. Help!",
        "I keep getting an error when I log in. The page never loads.",
        "I have tried twice and I'm not sure how to go on.",
        "Looking for guidance on tense callers",
        "These two are the same. Should I merge them? Thanks!",
        "Wie bekommt man die Rechnung als PDF",
        "Weiß jemand, wo die Vorlagen liegen",
        "Quelqu'un sait pourquoi le formulaire ne s'ouvre pas",
        "Comment faire pour annuler une commande",
        "¿Alguien sabe dónde están las plantillas",
        "No sé cómo cerrar el caso",
    ],
)
def test_what_asks_is_a_question_with_or_without_its_mark(text: str) -> None:
    assert is_question("", text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "?",
        "We did it! Who would have thought? The new forms are out.",
        "Heads up: the phone system will be down on Monday.",
        "Join us for the workshop on Friday. Want to learn more? Register here by Tuesday.",
        "Hello all! I'm a new member of the claims team, excited to be here. I'll have a ton of questions.",
        "The form is at https://forms.example/list?open=1",
        "> How do I close a case?\n\nDone, it is in the handbook now.",
        "Done, it is in the handbook now.\n```\nselect * from cases where id = ?\n```",
        "Set `is_open?` to no and you are done.",
        "The new list is easier to read, right?",
        "How cool is that? We answered all of them today.",
        "Ada Finch said:\n\n\nHow do I close a case?\n\n\n\nI have put that into the handbook.",
        "Das neue Formular ist da.",
    ],
)
def test_what_tells_announces_or_celebrates_is_none(text: str) -> None:
    assert not is_question("", text)


def test_a_title_that_asks_decides_and_one_that_tells_of_trouble_does_with_a_text_that_does() -> None:
    assert is_question("Is the phone system down?", "I see it too.")
    assert is_question("Phone system error", "It doesn't work since this morning.")
    assert not is_question("Phone system", "It is blue.")


@given(st.text(), st.text())
def test_any_text_is_told(title: str, text: str) -> None:
    assert is_question(title, text) in {True, False}


@pytest.mark.parametrize("piece", ["\n", "?", "a,", "(", "any ", "> ", "```", "“", "don't ", "x.\n", "said:\n"])
def test_a_wall_of_anything_is_told_at_once(piece: str) -> None:
    assert is_question(piece * 100, piece * 20_000) in {True, False}
