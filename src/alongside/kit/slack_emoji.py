"""The emoji that people really type in Slack, by Slack's names for them.

Slack's names are its own; where one is also the Unicode name of the sign (rocket, bug, hamster face) it is found
there, so that this table needs only the ones that differ. What is in neither (a workspace's own) stays as text.
"""

import re
import unicodedata
from functools import lru_cache

_TABLE = """
smile 😄 smiley 😃 grinning 😀 grin 😁 laughing 😆 satisfied 😆 sweat_smile 😅 joy 😂 rofl 🤣
rolling_on_the_floor_laughing 🤣 slightly_smiling_face 🙂 simple_smile 🙂 upside_down_face 🙃 wink 😉 blush 😊
innocent 😇 heart_eyes 😍 star-struck 🤩 kissing_heart 😘 yum 😋 stuck_out_tongue 😛
stuck_out_tongue_winking_eye 😜 stuck_out_tongue_closed_eyes 😝 hugging_face 🤗 thinking_face 🤔 thinking 🤔
zipper_mouth_face 🤐 neutral_face 😐 expressionless 😑 no_mouth 😶 smirk 😏 unamused 😒 face_with_rolling_eyes 🙄
rolling_eyes 🙄 grimacing 😬 relieved 😌 pensive 😔 sleepy 😪 sleeping 😴 mask 😷 dizzy_face 😵 exploding_head 🤯
sunglasses 😎 nerd_face 🤓 confused 😕 worried 😟 slightly_frowning_face 🙁 open_mouth 😮 hushed 😯
astonished 😲 flushed 😳 pleading_face 🥺 frowning 😦 anguished 😧 fearful 😨 cold_sweat 😰
disappointed_relieved 😥 cry 😢 sob 😭 scream 😱 confounded 😖 persevere 😣 disappointed 😞 sweat 😓 weary 😩
tired_face 😫 triumph 😤 rage 😡 angry 😠 melting_face 🫠 saluting_face 🫡 shrug 🤷 man-shrugging 🤷‍♂️
woman-shrugging 🤷‍♀️ facepalm 🤦 face_palm 🤦 man-facepalming 🤦‍♂️ woman-facepalming 🤦‍♀️ see_no_evil 🙈
hear_no_evil 🙉 speak_no_evil 🙊 robot_face 🤖 ghost 👻 skull 💀 poop 💩 hankey 💩 heart ❤️ broken_heart 💔
orange_heart 🧡 yellow_heart 💛 green_heart 💚 blue_heart 💙 purple_heart 💜 black_heart 🖤 sparkling_heart 💖
two_hearts 💕 100 💯 boom 💥 collision 💥 dizzy 💫 sweat_drops 💦 zzz 💤 wave 👋 raised_hand ✋ hand ✋ ok_hand 👌
v ✌️ crossed_fingers 🤞 fingers_crossed 🤞 the_horns 🤘 call_me_hand 🤙 point_left 👈 point_right 👉 point_up ☝️
point_up_2 👆 point_down 👇 +1 👍 thumbsup 👍 -1 👎 thumbsdown 👎 fist ✊ facepunch 👊 punch 👊 clap 👏
raised_hands 🙌 open_hands 👐 handshake 🤝 pray 🙏 muscle 💪 eyes 👀 eye 👁️ brain 🧠 baby 👶 man 👨 woman 👩
bow 🙇 raising_hand 🙋 dancer 💃 runner 🏃 walking 🚶 dog 🐶 cat 🐱 mouse 🐭 bear 🐻 panda_face 🐼 monkey 🐒
penguin 🐧 bird 🐦 chicken 🐔 fish 🐟 bug 🐛 bee 🐝 honeybee 🐝 snail 🐌 turtle 🐢 snake 🐍 octopus 🐙 whale 🐳
unicorn_face 🦄 unicorn 🦄 bouquet 💐 rose 🌹 sunflower 🌻 seedling 🌱 evergreen_tree 🌲 herb 🌿 four_leaf_clover 🍀
sunny ☀️ partly_sunny ⛅ cloud ☁️ rain_cloud 🌧️ snowflake ❄️ snowman ⛄ zap ⚡ fire 🔥 rainbow 🌈 ocean 🌊 star ⭐
star2 🌟 sparkles ✨ apple 🍎 banana 🍌 watermelon 🍉 avocado 🥑 pizza 🍕 hamburger 🍔 taco 🌮 popcorn 🍿 cake 🍰
birthday 🎂 cookie 🍪 doughnut 🍩 coffee ☕ tea 🍵 beer 🍺 beers 🍻 wine_glass 🍷 champagne 🍾 clinking_glasses 🥂
tada 🎉 confetti_ball 🎊 balloon 🎈 gift 🎁 trophy 🏆 medal 🏅 first_place_medal 🥇 soccer ⚽ basketball 🏀 dart 🎯
game_die 🎲 art 🎨 musical_note 🎵 notes 🎶 guitar 🎸 car 🚗 bus 🚌 train 🚆 bike 🚲 airplane ✈️ rocket 🚀 ship 🚢
rotating_light 🚨 construction 🚧 house 🏠 office 🏢 hospital 🏥 bank 🏦 watch ⌚ iphone 📱 phone ☎️ telephone ☎️
computer 💻 desktop_computer 🖥️ keyboard ⌨️ printer 🖨️ floppy_disk 💾 cd 💿 camera 📷 movie_camera 🎥 tv 📺 bulb 💡
flashlight 🔦 battery 🔋 electric_plug 🔌 mag 🔍 mag_right 🔎 lock 🔒 unlock 🔓 key 🔑 hammer 🔨
hammer_and_wrench 🛠️ wrench 🔧 gear ⚙️ link 🔗 paperclip 📎 scissors ✂️ pencil 📝 memo 📝 pencil2 ✏️ book 📖 books 📚
bookmark 🔖 newspaper 📰 calendar 📆 date 📅 spiral_calendar_pad 🗓️ chart_with_upwards_trend 📈
chart_with_downwards_trend 📉 bar_chart 📊 clipboard 📋 pushpin 📌 round_pushpin 📍 file_folder 📁 open_file_folder 📂
package 📦 mailbox 📫 email ✉️ envelope ✉️ incoming_envelope 📨 speech_balloon 💬 thought_balloon 💭 mega 📣
loudspeaker 📢 bell 🔔 no_bell 🔕 moneybag 💰 dollar 💵 euro 💶 credit_card 💳 hourglass ⌛
hourglass_flowing_sand ⏳ alarm_clock ⏰ stopwatch ⏱️ warning ⚠️ no_entry ⛔ no_entry_sign 🚫 x ❌ o ⭕
white_check_mark ✅ heavy_check_mark ✔️ ballot_box_with_check ☑️ question ❓ grey_question ❔ exclamation ❗
heavy_exclamation_mark ❗ grey_exclamation ❕ bangbang ‼️ interrobang ⁉️ heavy_plus_sign ➕ heavy_minus_sign ➖
recycle ♻️ infinity ♾️ checkered_flag 🏁 triangular_flag_on_post 🚩 red_circle 🔴 large_yellow_circle 🟡
large_green_circle 🟢 large_blue_circle 🔵 white_circle ⚪ black_circle ⚫ arrow_up ⬆️ arrow_down ⬇️ arrow_left ⬅️
arrow_right ➡️ arrow_forward ▶️ arrow_upper_right ↗️ arrow_lower_right ↘️ leftwards_arrow_with_hook ↩️
arrows_counterclockwise 🔄 back 🔙 soon 🔜 top 🔝 new 🆕 ok 🆗 up 🆙 cool 🆒 free 🆓 sos 🆘 information_source ℹ️
one 1️⃣ two 2️⃣ three 3️⃣ four 4️⃣ five 5️⃣ six 6️⃣ seven 7️⃣ eight 8️⃣ nine 9️⃣ keycap_ten 🔟 zero 0️⃣ hash #️⃣
copyright ©️ registered ®️ tm ™️ skin-tone-2 🏻 skin-tone-3 🏼 skin-tone-4 🏽 skin-tone-5 🏾 skin-tone-6 🏿
flag-de 🇩🇪 de 🇩🇪 flag-fr 🇫🇷 fr 🇫🇷 flag-gb 🇬🇧 gb 🇬🇧 flag-us 🇺🇸 us 🇺🇸 flag-es 🇪🇸 es 🇪🇸 flag-it 🇮🇹 it 🇮🇹
"""
# Reactions by which somebody says "this helped" or "this solved it". Checks are how most workplaces mark an
# answer; the named ones are the usual home-made emoji. Left out on purpose, because they say something else as
# often: +1 for agreed or seen, pray for please, raised_hands and clap for well done, bulb for an idea.
_HELPED = """
white_check_mark heavy_check_mark ballot_box_with_check check_mark green_check
thanks thank_you thankyou thank-you thx ty many-thanks
helped this-helped this_helped it-helped helpful solved resolved answered works it-works
"""
HELPED = frozenset(_HELPED.split())
_WORDS = _TABLE.split()
_SIGNS = dict(zip(_WORDS[::2], _WORDS[1::2], strict=True))
_NAME = re.compile(r":([a-z0-9_+'-]{1,50}):")
_FIRST_PICTURE = 0x1F300


@lru_cache(maxsize=2000)
def _sign(name: str) -> str | None:
    if name in _SIGNS:
        return _SIGNS[name]
    try:
        sign = unicodedata.lookup(name.replace("_", " "))
    except KeyError:
        return None
    return sign if len(sign) == 1 and ord(sign) >= _FIRST_PICTURE else None


def sign_of(name: str) -> str:
    """The emoji itself, or its name between colons, as it was typed."""
    return _sign(name) or f":{name}:"


def with_signs(text: str) -> str:
    """Every `:name:` that is known, replaced."""
    return _NAME.sub(lambda found: _sign(found[1]) or found[0], text)


def says_it_helped(name: str) -> bool:
    """A reaction by its name, with or without the colour of a skin."""
    return name.partition("::")[0] in HELPED
