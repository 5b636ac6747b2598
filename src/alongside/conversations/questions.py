"""Whether a conversation asks something, told from its title and its opener. Pure.

A question mark decides only where it asks: not in code, links or what is quoted, not as a tail (“…, right?”), not in
the advertising of an announcement (“Want to learn more?”). Asking without one decides as well (“does anybody know”,
“any ideas on”), and so does a problem that is told twice over: in the title and the text, or in two sentences.

Measured on 305 real openers told by reading, every second one held out until the rule stood: precision .98, recall .96
on those 152 (a question mark anywhere: .98 and .84). How, and where it errs: docs/decisions/questions.md.
"""

import re
from collections.abc import Iterator
from typing import Final

_DECIDES: Final = 2
_ASKS: Final = 2
_HINTS: Final = 1
_MUCH: Final = 2
# A pasted log or script says nothing more about whether somebody asks.
_READS: Final = 6_000


def _in_small_letters(pattern: str) -> re.Pattern[str]:
    """For text in small letters: with IGNORECASE these patterns take four times as long, on every message that begins
    a conversation.
    """
    small = re.sub(r"\\.|[A-Z]", lambda found: found[0] if found[0][0] == "\\" else found[0].lower(), pattern)
    return re.compile(small)


_NOT_SAID: Final = re.compile(
    r"(?s:```.*?(?:```|\Z))"  # code, and what Zulip quotes
    r"|`[^`\n]*`"
    r"|\b(?:https?://|www\.)\S+"
    r"|^[ \t]*>.*$"  # quoted as in mail
    r"|^(?: {4,}|\t).*$"
    r"|\([^()\n]{0,90}\)"  # an aside is not what a conversation is about
    r"|“[^”\n]{0,300}”|\"[^\"\n]{0,300}\""
    r"|^[ \t]*(?:#|//|>>>|\$|%|\[\d+\]).*$"
    r"|^[ \t]*[\w.\[\]'\", ]{1,40}?[ \t]*(?:[+*/-]?=|->)\s*\S.*$"  # an assignment
    r"|^.{0,80}(?:\(\)|[{}\[\]];?)\s*$",
    re.MULTILINE,
)
_FORWARDED: Final = re.compile(
    r"^[ \t]*@?\S[^\n]{0,60} (?:said|wrote|schrieb|a écrit|escribió)(?: \([^)\n]*\))?:[ \t]*$", re.MULTILINE
)
_FORWARDED_END: Final = re.compile(r"\n\s*\n\s*\n\s*\n")
_SENTENCE_END: Final = re.compile(r"(?<=[.!?…])[\s\"'”»)]+|\n+")
_QUESTION_END: Final = re.compile(r"\w[^?]*\?[\s!?)\]”»\"']*(?::[\w+-]+:)?\s*$|^\s*¿")

_TAIL: Final = _in_small_letters(
    r"(?:^|[,;–-]\s*|\s)(?:right|ok(?:ay)?|correct|no|eh|huh|yeah|agreed|isn't it|aren't they|don't you think|"
    r"nicht wahr|oder|gell|ne|n'est-ce pas|non|hein|verdad|cierto|vale)\s*\?+\s*$"
)
_RHETORIC: Final = _in_small_letters(
    r"^\W*(?:(?:and |so |but )?(?:who|what|how) (?:would|could)(?: ha)?ve (?:thought|guessed|known|imagined)"
    r"|how (?:cool|great|awesome|nice|amazing|good|lovely) (?:is|was)\b|guess what|you know what|did you know"
    r"|why not\s*\?"
    r"|so what\s*\?|(?:any |more |have )?questions\s*\?|interested\s*\?|(?:want|wanna|ready|curious"
    r"|would you like) to\b"
    r"|(?:are|were) you (?:interested|looking|ready|curious|excited)\b|(?:need|want) help|isn't (?:that|this"
    r"|it) \w+\s*\?"
    r"|sound good|what's not to\b|was will man mehr|wer hätte|qui (?:l')?aurait)"
    r"|\byou (?:might|may) (?:ask|wonder)\b"
)

_REQUEST: Final = _in_small_letters(
    r"\b(?:"
    # English: whoever knows
    r"(?:do|does|has|have|is|are|can|could|would|did|wonder(?:ing)? if|know if)\s+(?:any|some)\s?(?:one|body"
    r"|of you)\b"
    r"|(?:any|some)(?:one|body)\s+(?:else\s+)?(?:know|knows|have|has|had|having|seen|see|seeing|tried|able|got"
    r"|use[sd]?|done|run|"
    r"familiar|experienc\w+|involved|encounter\w*|here)\b"
    r"|(?:can|could|would|will)\s+(?:you|someone|somebody|anyone|anybody|one of you|I|we)\s+(?:please\s+|also\s+"
    r"|possibly\s+)?"
    r"(?:help|point|tell|explain|advise|clarify|confirm|share|show|give|let me know|check|look|take a look|know"
    r"|ask)\b"
    # any ideas
    r"|any\s+(?:other\s+|more\s+|good\s+)?(?:idea|thought|suggestion|tip|pointer|hint|advice|insight|guidance"
    r"|feedback on|"
    r"clue|recommendation|explanation|update on|chance|input|comment)s?\b(?! (?:is|are) welcome)"
    r"|any\s+(?:other\s+)?help\s+(?:is|would|with|on|here|please|much|greatly|appreciated)"
    r"|(?:help|advice|suggestions?|tips?|pointers?|guidance|thoughts)\b[^.?!\n]{0,40}\b(?:appreciated|wanted|needed"
    r"|grateful)"
    r"|(?:appreciate|grateful for|thank you (?:in advance )?for|thanks (?:in advance )?for|love|need|use|glad (?:to"
    r"|for)|like)\s+"
    r"(?:to hear\s+)?(?:any|some|your|the|a bit of)\s+(?:\w+\s+){0,2}(?:help|advice|suggestions?|tips?|pointers?"
    r"|guidance|thoughts|input|ideas)\b"
    r"|thanks? (?:you )?in advance|thanks (?:so much )?for (?:your|any|the) (?:help|advice|tips?|thoughts)"
    # wanting to know
    r"|(?:I|we)(?:'m| am| was|'re| are| were)?\s+(?:also\s+|just\s+|really\s+|still\s+)*(?:wonder(?:ing)?|curious)\s+"
    r"(?:if|whether|what|how|why|when|where|who|which|about)\b"
    r"|(?:want(?:ed)?|would like|'d like|like|need) to (?:ask|know|figure out|find out|understand)\b"
    r"|(?:not|n't) (?:really |quite |exactly |entirely )?(?:sure|certain|clear|know|understand|figure out|see) "
    r"(?:of |about |on )?(?:how|why|what|where|which|when|who)\b"
    r"|(?:unclear|confused|puzzled|stumped|at a loss|lost) (?:to me )?(?:how|why|what|where|about|by|as to|on)\b"
    r"|(?:trying|tried|struggling|unable|hard time|trouble|how) to (?:figure|work|find) out\b"
    r"|(?:looking|searching|hoping) for (?:a (?:way|solution|fix|work-?around)|advice|guidance|help|suggestions"
    r"|ideas|someone|somebody|tips|pointers)\b"
    r"|(?:is|are|was) there (?:a|an|any|some) (?:\w+ )?(?:way|method|tool|trick|reason|documentation|example|plan"
    r"|option)s?\b(?=[^.\n]*\?|[^.\n]*$)"
    r"|(?:have|had|got) (?:a|another|one|some|two|the following|several|a few) (?:\w+ )?questions?\b"
    r"|(?:current|my|our|quick|basic|simple|dumb|silly|one|first|second|another) questions?\b\s*(?:is|are|:|for"
    r"|about|-|–|$)"
    r"|sorry (?:for|if) (?:this|the|a|my|it) [^.\n]{0,30}question"
    r"|(?:please|pls|plz) (?:help|advise|explain|tell me)\b|help\s*!|help me (?:with|understand|figure|find|solve)\b"
    r"|I could (?:really )?use (?:some )?help\b|what am I (?:missing|doing)\b|am I (?:missing|doing)\b"
    # German
    r"|(?:weiß|weiss|kennt|hat|kann|könnte|wüsste) (?:hier |da |zufällig )?(?:jemand|wer|irgendwer|einer von euch"
    r"|mir jemand)\b"
    r"|(?:kennt|wisst|habt) ihr\b|wie (?:bekomm\w*|kann|könnte|mach\w*|geht|krieg\w*|komm\w*) (?:man|ich|wir)\b"
    r"|(?:ich )?frage mich,?\s+(?:ob|wie|warum|was|wo)\b|(?:bin|wäre|bräuchte|brauche|suche"
    r"|um) [^.\n]{0,30}(?:dankbar|hilfe|rat|tipps?)\b"
    r"|(?:hat|gibt es|irgendwelche)\s[^.\n]{0,20}(?:ideen?|tipps?|vorschläge)\b|(?:ich )?weiß nicht,? (?:wie|warum"
    r"|was|wo|ob)\b"
    # French
    r"|quelqu'un (?:sait|saurait|connaît|connait|a|aurait|peut|pourrait)\b|est-ce que|(?:savez|connaissez|auriez"
    r"|avez)-vous\b"
    r"|(?:je )?me demande (?:si|comment|pourquoi|ce que)\b|comment (?:faire|puis-je|peut-on|on fait)\b|une idée\b"
    r"|de l'aide\b"
    r"|je (?:cherche|ne (?:sais|comprends|trouve) pas) (?:à|comment|pourquoi|où|ce que|une? (?:moyen|solution))"
    r"|merci d'avance"
    # Spanish
    r"|alguien (?:sabe|conoce|puede|podría|tiene|ha)\b|¿|me pregunto (?:si|cómo|por qué)\b|no (?:sé|entiendo|logro"
    r"|consigo) (?:cómo|por qué|qué|dónde|que)\b"
    r"|alguna (?:idea|sugerencia)\b|gracias de antemano|cómo (?:puedo|se puede|hago|podemos)\b"
    r")"
)

_PROBLEM: Final = _in_small_letters(
    r"\b(?:(?:get|gets|getting|got|gives?|giving|see|seeing|throws?|throwing|encounter\w*|receiv\w+|hit(?:ting)?"
    r"|ran into|running into|run into|"
    r"produces|raises|with)\s(?:\w+[\s,]+){0,5}?(?:\w*errors?|warnings?|problems?|issues?|exceptions?|message"
    r"|timeouts?|trouble)\b"
    r"|(?:having|have|had|has) (?:\w+ ){0,3}(?:trouble|issues?|problems?|difficult\w*|a hard time)\b"
    r"|(?:can't|cannot|can not|couldn't|could not|can no longer|unable to|won't|wouldn't|not able to|failed to"
    r"|fails? to|never)\s"
    r"(?:seem to\s+)?(?:get|find|load|open|run|connect|start|save|see|import|install|access|read|write|make|make it"
    r"|reproduce|use|log|work|launch|plot|figure)s?\b"
    r"|(?:doesn't|does not|don't|do not|didn't|isn't|is not|not|no longer|stopped|hasn't|have not|quit) (?:\w+ )?"
    r"(?:work|works|worked|working|respond\w*|load\w*|show\w*|available|found|recogni[sz]\w+|being|appear\w*"
    r"|start\w*|connect\w*)\b"
    r"|(?:is|are|keeps?|was|were|now|be|been) (?:\w+ )?(?:failing|crashing|hanging|freezing|broken|stuck|stalling"
    r"|killed|running very slow\w*|very slow\w*)\b"
    r"|(?:fails|failed|crashes|hangs|stalls|freezes|breaks|times out|timed out|locked out|runs? out of memory)\b"
    r"|not (?:really |quite |exactly )?sure (?:if|whether|that|what's|whats)\b|something (?:is )?(?:wrong|weird|odd"
    r"|strange)\b|going wrong\b"
    r"|Traceback\b|\w+Error\b|out of memory"
    r"|(?:fehler(?:meldung)?|funktioniert nicht|geht nicht|klappt nicht|ne (?:marche|fonctionne) pas|erreur"
    r"|no funciona|un error)\b)"
)
_TITLE_PROBLEM: Final = _in_small_letters(
    r"\b(?:\w*errors?|problems?|issues?|trouble|failure|fail(?:s|ed|ing)?|not (?:able|work\w*|show\w*|found"
    r"|start\w*)|missing|unable|"
    r"can't|cannot|broken|crash\w*|warnings?|exception|timeout|killed|kills?|slow|sluggish|stuck|lost|bad|help"
    r"|fehler|erreur)\b"
)
_TITLE_ASKS: Final = _in_small_letters(
    r"^\W*(?:how|why|what|which|where|who|when|is|are|can|could|does|do|should|has|wie|warum|wieso|was|welche\w*|wo"
    r"|wer|wann|kann|"
    r"comment|pourquoi|quel\w*|où|qui|quand|cómo|por qué|qué|cuál|dónde|quién)\b[^?]*\?*\s*$|\?\s*$|^\W*(?:question"
    r"|frage|pregunta)\b"
)

_ANNOUNCES: Final = _in_small_letters(
    r"\b(?:(?:heads[- ]up|FYI|PSA|just an fyi|reminder|announc\w+|(?:we're|we are|I'm|I am) (?:excited|happy"
    r"|pleased|thrilled|delighted) to (?:share|announce)|"
    r"now (?:available|live|open)|currently live|new release|has been released|we(?:'ve| have) (?:released"
    r"|published|just))\b"
    r"|(?:please|to) (?:register|sign up|apply|join us|rsvp|complete the|fill (?:out|in)|take (?:the|a few|part)"
    r"|populate|forward)\b"
    r"|(?:register|sign up|apply|rsvp) (?:here|now|by|at|for|today)\b|registration\b|(?:hope to see"
    r"|see) you there\b|(?:will be|is|are|co-)\s?(?:holding|hosting|giving|offering|organizing|organising)\b"
    r"|(?:take|will be held) place|join us\b|\bsurvey\b|\bwebinar\b|\bworkshop\b|newsletter|deadline|(?:let me"
    r"|let us) know if you have|feel free to (?:reach|give)|"
    r"on behalf of|dear (?:all|staff|colleagues)|anmeldung|inscription|inscripción)"
)
_INTRODUCES: Final = _in_small_letters(
    r"\b(?:introduce myself|I(?:'m| am) (?:a|an|the) (?:\w+ ){0,4}?(?:new|incoming|ph\.?d|master|graduate|grad"
    r"|assistant|associate|scientist|engineer|student|postdoc\w*)"
    r"|(?:just|recently) (?:joined|started)|excited to (?:be here|join|meet|work)|happy to (?:be here|join|chat)"
    r"|(?:my|co-?)\s?(?:research (?:is|focuses|interests?)|mentoring)|(?:glad|nice|looking forward) to (?:meet|join"
    r"|work\w*)|joined here)\b"
)


def is_question(title: str, text: str) -> bool:
    """A conversation that asks: somebody wants to know, to decide together, or to be helped with a problem.

    What takes longest to look for is looked for last, where it can still decide.
    """
    sentences = list(_sentences(text))
    plain_title = title.replace("’", "'").removeprefix("✔").strip().lower()
    asks = sum(_asking(sentence) for sentence in sentences)
    asks += _HINTS * bool(_TITLE_ASKS.search(plain_title)) * (_ASKS if plain_title.endswith("?") else _HINTS)
    if asks < _DECIDES + _ASKS:
        asks += _problem(plain_title, sentences)
    return asks >= _DECIDES + _ASKS or (asks >= _DECIDES and not _against(text.lower(), sentences))


def _sentences(text: str) -> Iterator[str]:
    """In small letters, as everything that looks at them."""
    own = _without_forwarded(text[:_READS].replace("’", "'").replace("\r", "")).lower()
    for sentence in _SENTENCE_END.split(_NOT_SAID.sub(" ", own)):
        if sentence and sentence.strip():
            yield sentence.strip()


def _without_forwarded(text: str) -> str:
    """“Ada said:”, then what she said up to the gap: Zulip's quotation when its marks are gone."""
    start = _FORWARDED.search(text)
    if start is None:
        return text
    end = _FORWARDED_END.search(text, start.end() + 4)
    return text[: start.start()] + "\n" + (text[end.end() :] if end else "")


def _asking(sentence: str) -> int:
    """How much one sentence asks: a tail and an advertisement only a little."""
    if ("?" in sentence or "¿" in sentence) and _QUESTION_END.search(sentence):
        if _RHETORIC.search(sentence):
            return 0
        return _HINTS if _TAIL.search(sentence) else _ASKS
    return _ASKS if _REQUEST.search(sentence) else 0


def _problem(title: str, sentences: list[str]) -> int:
    """Nothing of it counts in what announces or introduces: a heads-up tells of problems that it knows."""
    told = min(sum(bool(_PROBLEM.search(sentence)) for sentence in sentences), _DECIDES)
    told += _HINTS * bool(_TITLE_PROBLEM.search(title))
    if told and any(_ANNOUNCES.search(sentence) or _INTRODUCES.search(sentence) for sentence in sentences):
        return 0
    return told


def _against(text: str, sentences: list[str]) -> bool:
    """An announcement or an introduction twice over: one question in it does not outweigh that, two do."""
    return len(sentences) > 1 and (_signs(_ANNOUNCES, text) >= _MUCH or _signs(_INTRODUCES, text) >= _MUCH)


def _signs(sign: re.Pattern[str], text: str) -> int:
    return len({found.group() for found in sign.finditer(text)})
