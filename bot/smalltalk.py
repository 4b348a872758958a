"""What needs no search: greetings, questions about the bot, and nothing at all."""

from __future__ import annotations

import re

MAX_QUESTION_CHARS = 1000

_ABOUT = (
    "I answer questions about the news from the articles that I have indexed, and quote the paragraph "
    "behind every sentence. Ask me what happened, when, where, or who said what."
)
_FIXED: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(rf"\W*(?:{pattern})\W*", re.IGNORECASE), reply)
    for pattern, reply in (
        (
            r"(?:hi|hello|hey|hiya|howdy|good (?:morning|afternoon|evening)|greetings|你好|您好)(?: there| all| bot)?",
            "Hello! " + _ABOUT,
        ),
        (r"how are you(?: doing)?(?: today)?|what'?s up", "All well at the news desk, thank you. " + _ABOUT),
        (
            r"(?:many )?(?:thanks|thank you|thx|cheers|谢谢)(?: (?:a lot|so much|very much|all|bot))?",
            "You are welcome.",
        ),
        (r"(?:good)?bye|good night|see you(?: later)?|再见", "Goodbye!"),
        (
            r"(?:who|what) are you|what(?: can|'s| is| do) (?:you|this|this bot)(?: able to)? (?:do|for)|help(?: me)?|"
            r"what can i ask(?: you)?|how do(?:es)? (?:you|this|this bot) work|"
            r"are you (?:a |an )?(?:bot|human|robot|ai|real)|"
            r"who (?:made|built|wrote) you|你是谁|你能做什么",
            _ABOUT,
        ),
        (
            r"(?:tell me )?(?:a |another )?joke|(?:ok|okay|yes|no|nice|cool|great|lol|test|testing)",
            "I only know the news. " + _ABOUT,
        ),
    )
)


def reply_without_search(text: str) -> str | None:
    """The fixed reply to what is no question about the news; None for all else."""
    if not any(c.isalnum() for c in text):
        return "I did not find a question in that. " + _ABOUT
    if len(text) > MAX_QUESTION_CHARS:
        return f"That is longer than {MAX_QUESTION_CHARS} characters. Please ask one short question."
    return next((reply for pattern, reply in _FIXED if pattern.fullmatch(text)), None)
