"""What needs no search: greetings, questions about the bot, insults, orders to it, and nothing at all."""

from __future__ import annotations

import re

from bot.lines import Line

MAX_QUESTION_CHARS = 1000

_ABOUT = (
    "I answer questions about the news from the articles that I have indexed, and quote the paragraph "
    "behind every sentence. Ask me what happened, when, where, or who said what."
)
_ABOUT_IN_CHINESE = (
    "我根据已收录的新闻文章回答问题，并为每句话引出原文段落。可以问我发生了什么、何时、何地、谁说了什么。"
)

_WHOLE = tuple(
    (re.compile(rf"\W*(?:{pattern})\W*", re.IGNORECASE), Line(english, chinese))
    for pattern, english, chinese in (
        (
            r"(?:hi|hello|hey|hiya|howdy|good (?:morning|afternoon|evening)|greetings|你们?好|您好|大家好|嗨)"
            r"(?: there| all| bot)?",
            "Hello! " + _ABOUT,
            "您好！" + _ABOUT_IN_CHINESE,
        ),
        (
            r"how are you(?: doing)?(?: today)?|what'?s up|你好吗",
            "All well at the news desk, thank you. " + _ABOUT,
            "编辑部一切都好，谢谢。" + _ABOUT_IN_CHINESE,
        ),
        (
            r"(?:many )?(?:thanks|thank you|thx|cheers|(?:多谢|谢谢)[你您]?)(?: (?:a lot|so much|very much|all|bot))?",
            "You are welcome.",
            "不客气。",
        ),
        (r"(?:good)?bye|good night|see you(?: later)?|再见|晚安", "Goodbye!", "再见！"),
        (
            r"(?:who|what) are you|what(?: can|'s| is| do) (?:you|this|this bot)(?: able to)? (?:do|for)|help(?: me)?|"
            r"what can i ask(?: you)?|how do(?:es)? (?:you|this|this bot) work|"
            r"are you (?:a |an )?(?:bot|human|robot|ai|real)|"
            r"who (?:made|built|wrote) you|你是谁|你能(?:做|干)什么|帮助",
            _ABOUT,
            _ABOUT_IN_CHINESE,
        ),
        (
            r"(?:tell me )?(?:a |another )?joke|(?:ok|okay|yes|no|nice|cool|great|lol|test|testing)|讲个笑话|好的?",
            "I only know the news. " + _ABOUT,
            "我只懂新闻。" + _ABOUT_IN_CHINESE,
        ),
        (
            r"(?:(?:you(?:'re| are|r)?|u r?|this bot is|what a|such a|so|really|just|very|an?|fucking|bloody) )*"
            r"(?:fuck (?:you|off)|screw you|shut up|go to hell|you suck|stupid|dumb|idiot|moron|useless|garbage|trash"
            r"|worthless|pathetic|terrible|rubbish)(?: (?:bot|machine|robot|thing|piece of \w+))?"
            r"|滚|闭嘴|笨蛋|傻瓜|垃圾",
            "I am sorry that I was no help. " + _ABOUT,
            "抱歉没能帮上忙。" + _ABOUT_IN_CHINESE,
        ),
    )
)
_ORDERS = re.compile(
    r"""(?:^|[.!?:;,\n]\s*|\bplease\s|\bnow\s|\band\s)(?:
    (?:ignore|disregard|forget|override|bypass)\s(?:\w+\s){0,2}(?:your|previous|prior|earlier|above|all|these)\s
        (?:\w+\s){0,2}(?:instructions?|prompts?|rules|directions|guidelines)\b
    |(?:ignore|disregard|forget)\sthe\s(?:instructions?|prompts?|rules)\s(?:above|before|you\b|that\syou\b)
    |(?:reveal|print|show|repeat|output|tell\sme|give\sme|what(?:\sis|['’]s|\sare))\s(?:\w+\s){0,2}
        (?:your|system|hidden)\s(?:\w+\s)?(?:prompt|instructions?)\b
    |you\sare\snow\s(?:an?|in|dan|free|no)\b
    |(?:enter|enable|activate)\s(?:\w+\s)?(?:developer|debug|jailbreak|god|dan)\smode\b
    |pretend\s(?:to\sbe|(?:that\s)?you(?:\sare|['’]re))\b
    |(?:act|behave|respond)\sas\s(?:if\syou|though\syou)\b)
    |(?:忽略|无视|忘记|不要理会).{0,8}(?:指令|指示|提示词?|规则)
    |(?:显示|输出|告诉我|说出).{0,6}(?:系统提示|提示词|系统指令)""",
    re.IGNORECASE | re.VERBOSE,
)
_ONLY_NEWS = Line(
    "I take no instructions, but questions I like. " + _ABOUT, "我不接受指令，但欢迎提问。" + _ABOUT_IN_CHINESE
)

_TOO_LONG = Line(
    f"That is longer than {MAX_QUESTION_CHARS} characters. Please ask one short question.",
    f"这超过了{MAX_QUESTION_CHARS}个字。请问一个简短的问题。",
)


def reply_without_search(text: str) -> str | None:
    """The fixed reply to what is no question about the news; None for all else."""
    if not any(c.isalnum() for c in text):
        return "I did not find a question in that. " + _ABOUT
    if len(text) > MAX_QUESTION_CHARS:
        return _TOO_LONG.to(text)
    if _ORDERS.search(text):
        return _ONLY_NEWS.to(text)
    return next((reply.to(text) for pattern, reply in _WHOLE if pattern.fullmatch(text)), None)
