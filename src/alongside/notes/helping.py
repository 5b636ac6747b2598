"""Which messages of a conversation helped: by a mark, by the asker's thanks, by what they read like. Pure.

The thanks of the asker are the best sign there is, and they are no proof: people thank for trying as well. So a thanks
that goes on “but it still fails” counts against, and a correction that comes before the thanks takes the corrected
message out altogether.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from alongside.notes.passages import Said, Sentence, sentences

THANKS: Final = re.compile(
    r"\b(?:thanks?|thank you|thx|tysm|cheers|much appreciated|appreciate (?:it|that|the|your)|good to know|got it|"
    r"great (?:idea|suggestion|point|tip)|(?:very|super|really|so) (?:helpful|useful)|that(?:'s| is| was) (?:great"
    r"|helpful|useful|awesome|perfect)|"
    r"(?:that )?makes sense|i see\b|danke|vielen dank|merci|gracias)\b|^\W*(?:perfect|awesome|great|excellent"
    r"|brilliant|cool|nice)\b[ ,.!]",
    re.IGNORECASE,
)
WORKED: Final = re.compile(
    r"\b(?:(?:that|this|it|which|everything|all|these|those|both|they|changing \S+|using \S+|your \w+|restart\w*"
    r"|\w+ing it)\b[^.?!\n]{0,30}? "
    r"(?:worked|works|did it|did the trick|fixed|fixes|solved|solves|resolved|resolves|helped|helps)"
    r"|(?:is|it's|'s|are|am|now|back|up and|got (?:it|this|that|them|things)|seems to be|i'm)\s(?:all |now "
    r"|finally )?(?:working|fixed|solved|resolved|sorted)\b"
    r"|(?:seems? to (?:work|have (?:worked|fixed|solved|done))|works (?:now|great|well|fine|perfectly|for me|like)"
    r"|able to .{0,60} now|no longer (?:get|see|have))"
    r"|that was (?:it|the (?:problem|issue|trick))|did the trick|problem solved|you(?:'re| are| were) right"
    r"|exactly what I|just what I|"
    r"hat (?:geklappt|funktioniert|geholfen)|funktioniert jetzt|ça (?:marche|fonctionne)|funcionó|funciona ahora)",
    re.IGNORECASE,
)
FAILED: Final = re.compile(
    r"\b(?:(?:did|does|do|is|was|has|have|are|could|would|wo|ca|can)(?:n't| not| no longer)\s+(?:\w+ )?(?:work\w*"
    r"|help\w*|fix\w*|solve\w*|seem|get|find|change|appear)"
    r"|still (?:get|got|getting|not|no|fail\w*|see\w*|hav\w*|doesn't|can't|the same|hang\w*|broken|unable|running"
    r"|an? )|no luck|same (?:error|problem|issue|result)|"
    r"unfortunately|but (?:it|that|this|I|now|then) (?:\w+ )?(?:still|also|get|got|gives?|fails?|failed|can't"
    r"|cannot|didn't|doesn't)|"
    r"geht (?:immer )?noch nicht|klappt nicht|ne marche (?:toujours )?pas|sigue sin)\b",
    re.IGNORECASE,
)
_NOT_FOR_HELP: Final = re.compile(
    r"\bthank(?:s| you)(?: \w+){0,3} (?:in advance|for (?:any|taking|joining|letting|checking|asking|trying))"
    r"|\bany (?:help|thoughts|ideas)|no,? thanks",
    re.IGNORECASE,
)
CORRECTS: Final = re.compile(
    r"^\W*(?:@\S+\W+)?(?:(?:oh|oops|sorry|ah|hmm|well|wait)[,.! ]+)*"
    r"(?:actually\b|correction\b|scratch that|no[,.] |nope\b|please (?:disregard|ignore)|ignore (?:that|my|what)"
    r"|disregard|I was wrong|my mistake|"
    r"(?:that|this|it)(?: is|'s| was) (?:not (?:right|true|correct|quite right)|wrong|incorrect)|don't (?:do|use"
    r"|run|try) (?:that|this|it)\b|"
    r"(?:that|this|it) (?:won't|will not|wouldn't|does not|doesn't) work\b|I (?:meant|misread|misspoke"
    r"|take that back)|"
    r"eigentlich\b|stimmt nicht|en fait\b|en realidad\b)"
    r"|\b(?:I was wrong|scratch that|please (?:disregard|ignore) (?:that|my|what)|actually,? (?:don't|do not|never"
    r"|that|it's|you (?:should|need|can't|shouldn't)|no))\b",
    re.IGNORECASE,
)
ADVISES: Final = re.compile(
    r"^\W*(?:@\S+\W+)?(?:(?:also|then|first|next|so|now|ok|yes|please|just|simply|maybe|perhaps|instead|hi \w+"
    r"|hey \w+|second|finally|otherwise)[,:]? )*"
    r"(?:try|use|add|set|run|check|make sure|install|open|click|go to|see|look|call|put|change|replace|remove"
    r"|delete|restart|update|"
    r"upgrade|downgrade|pass|specify|create|copy|start|stop|kill|load|take|read|write|type|select|choose|ask|tell"
    r"|say|keep|avoid|do|"
    r"don't|never|always|consider|turn|move|switch|swap|drop|convert|pin|log|clear|apply|wrap|save|follow|submit"
    r"|contact|let|give|send|"
    r"probier|nimm|versuch|schau|nutz|verwende|essay\w*|utilis\w+|prueba|usa)\b"
    r"|\b(?:you(?:'ll| will)? (?:can|could|should|need to|have to|might (?:try|want|need|be able)|may (?:want|need)"
    r"|would (?:need|have)|must|just|want to)|"
    r"(?:we|I) (?:use[ds]?|usually|always|typically|generally|normally|ended up|solved|fixed|got (?:it|this|around)"
    r"|just|recommend|suggest|would (?:try|use|suggest|recommend))\b|"
    r"I'd (?:try|use|suggest|recommend|start|check|say)|one (?:way|option|solution|approach|trick)|the (?:way|fix"
    r"|solution|trick|answer|work-?around|easiest|best|right)|"
    r"should (?:work|do|be|fix|help|give|just)|instead of|work-?around|here(?:'s| is| are)|there(?:'s| is"
    r"| are) (?:a|an|also|some)|have you (?:tried|considered|checked|looked)|"
    r"did you (?:try|check)|could you try|can you try|what (?:if|happens if) you|why not|how about|it(?:'s"
    r"| is) (?:possible|best|better|easier)|"
    r"needs? to be|has to be|in order to|man (?:kann|muss)|du (?:kannst|musst)|il faut|tu peux|puedes|hay que)\b",
    re.IGNORECASE,
)
FOUND_OUT: Final = re.compile(
    r"\b(?:(?:I )?(?:figured (?:it|this|that|out)|found (?:the|a|out|that|it)|solved (?:it|this|the)|fixed (?:it"
    r"|this|the|by)|got (?:it|this|that|things) (?:to work|working))|"
    r"turns? out|turned out|the (?:problem|issue|solution|fix|trick|answer|culprit|reason) (?:is|was|seems|turned)|"
    r"ich hab'?s|lag (?:daran|an)|j'ai trouvé|lo (?:solucioné|resolví))\b",
    re.IGNORECASE,
)
# Nothing that could be thanked for: courtesies, promises, pictures without a word.
_SAYS_LITTLE: Final = re.compile(
    r"^\W*(?:@\S+\W+)?(?:you(?:'|’)?(?: a)?re (?:very |most )?welcome|sure\b|no (?:problem|worries)|of course|glad"
    r"|happy to|thanks|thank you|cheers|"
    r"cc\b|hm+\b|i(?:'|’)?(?:ll| will) (?:take|look|have|get|try)|let me|keep me|ok(?:ay)?\b|yes\b|yep\b|bitte|gern"
    r"|de rien|de nada)\S*(?:\s+\S+){0,9}\s*$"
    r"|^(?:\S+\.(?:png|jpe?g|gif|pdf)\s*)+$",
    re.IGNORECASE,
)
_LINK: Final = re.compile(r"https?://")

_HELPED: Final = 6.0
_WORKED: Final = 4.0
_THANKED: Final = 2.5
_FOUND_OUT: Final = 1.5
_FAILED: Final = -1.5
_ELSEWHERE: Final = 0.5  # of what the asker's word is worth, anybody else's is
_SAME_RUN: Final = 0.75  # an answer is often several messages in a row; the word follows the last
_BEFORE: Final = 0.3  # of the words for an answer goes to what was answered just before by somebody else
_ADVICE: Final = 0.8
_CODE: Final = 0.5
_LINKED: Final = 0.4
_MEANING: Final = 1.5
_SUBSTANCE: Final = 0.6
_ASKS_BACK: Final = -1.2
_EMPTY: Final = -2.0
_ENOUGH_WORDS: Final = 5
_MUCH_WORDS: Final = 40
_LONG_THANKS: Final = 60


@dataclass(slots=True)
class Help:
    """What speaks for one message: `evidence` is what people did, `likely` what it reads like."""

    evidence: float = 0.0
    likely: float = 0.0
    corrected_at: int | None = None
    thanked_at: list[int] = field(default_factory=list)

    @property
    def is_corrected(self) -> bool:
        return self.corrected_at is not None

    @property
    def score(self) -> float:
        return self.evidence + self.likely


def asker_of(said: Sequence[Said]) -> int | None:
    return said[0].author_id if said else None


def opener_of(said: Sequence[Said]) -> int:
    """How many messages the asker wrote before anybody else did."""
    asker = asker_of(said)
    return next((place for place, message in enumerate(said) if message.author_id != asker), len(said))


def helped(
    said: Sequence[Said],
    parts: Sequence[Sentence] | None = None,
    nearness: Sequence[float] | None = None,
    *,
    asks: bool = True,
) -> tuple[Help, ...]:
    """One for each message of a conversation. Where nobody asks, who began may have told what worked."""
    found = tuple(Help() for _ in said)
    parts = sentences(said) if parts is None else parts
    own: list[list[tuple[Sentence, float]]] = [[] for _ in said]
    for number, part in enumerate(parts):
        if part.quotes is None:
            own[part.place].append((part, nearness[number] if nearness else 0.0))
    opener = opener_of(said) if asks else 0
    for place in range(opener, len(said)):
        is_asker = asks and said[place].author_id == asker_of(said)
        _read(found[place], said[place], own[place], is_asker=is_asker)
        _judge(found, said, parts, place, [part.text for part, _ in own[place]])
    _near(found, own, opener)
    return found


def _read(help_: Help, message: Said, own: Sequence[tuple[Sentence, float]], *, is_asker: bool) -> None:
    """What the message reads like, whoever says what about it."""
    text = " ".join(part.text for part, _ in own)
    prose = [part for part, _ in own if not part.is_code]
    words = len(text.split())
    advice = min(sum(bool(ADVISES.search(part.text)) for part in prose), 2)
    asking = sum(part.text.endswith("?") and not ADVISES.search(part.text) for part in prose)
    help_.likely += _ADVICE * advice + _CODE * (len(prose) < len(own)) + _LINKED * bool(_LINK.search(text))
    help_.likely += _SUBSTANCE * min(words, _MUCH_WORDS) / _MUCH_WORDS
    help_.likely += _ASKS_BACK * bool(prose and 2 * asking >= len(prose))
    help_.likely += _EMPTY * (words < _ENOUGH_WORDS and len(prose) == len(own))
    help_.evidence += _HELPED * message.helped
    found_out = bool(FOUND_OUT.search(text))
    help_.likely += _FOUND_OUT * found_out
    if is_asker and not found_out:
        help_.likely += _EMPTY  # what the asker tells further is situation, not what worked


def _judge(found: Sequence[Help], said: Sequence[Said], parts: Sequence[Sentence], place: int, own: list[str]) -> None:
    """What the message says about an earlier one."""
    told = "\n".join(own)
    if any(CORRECTS.search(sentence) for sentence in own[:3]):
        _correct(found, said, place, _meant(said, parts, place, may_be_own=_takes_back(own)))
    worth = _word_of(told)
    if not worth:
        return
    target = _meant(said, parts, place)
    if target is None or (said[target].author_id == asker_of(said) and not FOUND_OUT.search(said[target].text)):
        return
    is_asker = said[place].author_id == asker_of(said)
    worth *= 1.0 if is_asker else _ELSEWHERE
    for other in _run_before(said, target):
        found[other].evidence += worth * (1.0 if other == target else _SAME_RUN)
        if worth > 0:
            found[other].thanked_at.append(place)
    before = min(_run_before(said, target), default=0) - 1
    if (
        worth > 0
        and not _names(said[place].text, said[target].author)
        and before >= opener_of(said)
        and said[before].author_id != said[place].author_id
    ):
        found[before].evidence += worth * _BEFORE


def _word_of(told: str) -> float:
    """What somebody's “thanks”, “it works” or “still fails” is worth for what it answers."""
    thanks = bool(THANKS.search(told)) and not _NOT_FOR_HELP.search(told)
    worked = bool(WORKED.search(told)) and not told.rstrip().endswith("?")
    if FAILED.search(told):
        return _FAILED if not worked else _THANKED * _SAME_RUN
    if worked:
        return _WORKED + (_THANKED / 2 if thanks else 0)
    return _THANKED if thanks else 0.0


def _takes_back(own: Sequence[str]) -> bool:
    return any(
        re.search(
            r"\b(?:scratch that|I was wrong|my mistake|I (?:meant|misread|take)|ignore (?:that|my|what I)|disregard)",
            text,
            re.IGNORECASE,
        )
        for text in own
    )


def _correct(found: Sequence[Help], said: Sequence[Said], place: int, target: int | None) -> None:
    """The asker knows best what was asked, but not what answers it: their “actually, …” corrects nobody."""
    is_asker = said[place].author_id == asker_of(said)
    if target is not None and target >= opener_of(said) and (not is_asker or said[target].author_id == asker_of(said)):
        found[target].corrected_at = place


def _meant(said: Sequence[Said], parts: Sequence[Sentence], place: int, *, may_be_own: bool = False) -> int | None:
    """The message that another one is about: quoted, or its author named, or the last by somebody else."""
    author, opener = said[place].author_id, opener_of(said)
    quoted = [part.quotes for part in parts if part.place == place and part.quotes not in (None, place)]
    for other in quoted:
        if other is not None and other >= opener and said[other].author_id != author:
            return other
    earlier = [other for other in range(place - 1, opener - 1, -1) if may_be_own or said[other].author_id != author]
    named = [other for other in earlier if _names(said[place].text, said[other].author)]
    likely = named or earlier
    telling = [other for other in likely if not _SAYS_LITTLE.match(" ".join(said[other].text.split()))]
    return next(iter(telling or likely), None)


def _names(text: str, author: str) -> bool:
    """By the whole name or the first of it, as it is written; one letter is no name."""
    first = author.split(maxsplit=1)[0] if author.split() else ""
    return any(len(name) > 1 and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) for name in (author, first))


def _run_before(said: Sequence[Said], target: int) -> range:
    """The messages of one author in a row that end with this one: one answer in several breaths."""
    start = target
    while start > 0 and said[start - 1].author_id == said[target].author_id:
        start -= 1
    return range(max(start, opener_of(said)), target + 1)


def _near(found: Sequence[Help], own: Sequence[Sequence[tuple[Sentence, float]]], opener: int) -> None:
    """Nearness of the nearest sentence, from the farthest answer of this conversation to the nearest."""
    best = {place: max((near for _, near in own[place]), default=0.0) for place in range(opener, len(found))}
    low, high = min(best.values(), default=0.0), max(best.values(), default=0.0)
    if high <= low:
        return
    for place, near in best.items():
        found[place].likely += _MEANING * (near - low) / (high - low)
