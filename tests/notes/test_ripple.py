"""What came of a note is drawn from what was said, and says no number."""

import re
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from alongside.notes.ripple import ENGLISH, Moment, Ripple, Stage, drawn, told

WHOLE = Ripple(
    asked=Moment("Ana, #hotline", "3 March"),
    answered=Moment("Bo, Cy, Ines"),
    kept=Moment("as this note", "5 March"),
    tried=Moment("people said it helped"),
    changed=Moment("handover script now asks it"),
)
MOMENTS = st.none() | st.builds(Moment, st.text(max_size=20), st.text(max_size=8))
RIPPLES = st.builds(Ripple, MOMENTS, MOMENTS, MOMENTS, MOMENTS, MOMENTS)
# What XML cannot hold at all; texts that reach a page never hold it either (kit.safe_html).
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def _steps(html: str) -> list[str]:
    return [
        "|".join(ET.tostring(part, "unicode", "text") for part in step.iter() if part.tag in {"b", "span"})
        for step in ET.fromstring(html)
    ]


def test_each_moment_is_a_step_with_its_words_and_its_day() -> None:
    assert [re.sub(r"\s+", " ", step) for step in _steps(drawn(WHOLE))] == [
        "Asked|Ana, #hotline|3 March",
        "Answered|Bo, Cy, Ines",
        "Kept|as this note|5 March",
        "Tried|people said it helped",
        "Changed|handover script now asks it",
    ]


def test_a_moment_that_has_not_come_is_not_drawn() -> None:
    assert _steps(drawn(Ripple(kept=Moment("told", "5 March")))) == ["Kept|told|5 March"]
    assert drawn(Ripple()) == told(Ripple()) == ""


def test_the_line_ends_at_the_last_dot_and_what_changed_is_marked() -> None:
    steps = list(ET.fromstring(drawn(WHOLE)))
    assert [len(step.findall("svg/line")) for step in steps] == [2, 2, 2, 2, 0]
    assert [step.get("class") for step in steps] == [None, None, None, None, "changed"]


def test_the_picture_is_not_read_aloud_for_its_words_stand_beside_it() -> None:
    assert all(svg.get("aria-hidden") == "true" for svg in ET.fromstring(drawn(WHOLE)).iter("svg"))


@given(RIPPLES)
def test_whatever_is_said_it_stays_words(ripple: Ripple) -> None:
    html = _NOT_XML.sub("", drawn(ripple))
    assert "style=" not in re.sub(r">[^<]*<", "><", html)
    if not ripple.moments:
        return
    tags = {part.tag for part in ET.fromstring(html).iter()}
    assert tags <= {"ol", "li", "svg", "line", "circle", "p", "b", "span"}


def test_names_can_be_said_in_another_language() -> None:
    names = {**ENGLISH, Stage.KEPT: "Behalten"}
    assert "<b>Behalten</b>" in drawn(WHOLE, names)
    assert "Behalten: as this note, 5 March" in told(WHOLE, names)


def test_hostile_words_do_no_harm_on_a_page() -> None:
    ripple = Ripple(asked=Moment("<script>alert(1)</script>"))
    assert "<script" not in drawn(ripple)
    assert told(ripple) == "Asked: <script>alert(1)</script>"  # plain text: whoever shows it escapes it
