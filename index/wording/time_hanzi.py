"""Chinese words for a time, put into the English ones that the index resolves."""

from __future__ import annotations

import calendar
import re

_DIGIT = "[一二两三四五六七八九十]"
_COUNT = rf"(?:\d{{1,3}}|{_DIGIT}{{1,2}}|几)"
_UNITS = {"天": "days", "日": "days", "周": "weeks", "星期": "weeks", "月": "months", "年": "years"}
_UNIT = "|".join(_UNITS)
_NUMBERS = {c: n for n, c in enumerate("一二三四五六七八九十", 1)} | {"两": 2, "几": 3}
_WEEK = r"(?:周|星期|礼拜)"
_WEEKDAY = r"(?:[一二三四五六天]|日(?!本))"
_YEAR = r"(?:\d{4}|[〇零一二三四五六七八九]{4}|[今去]|(?<![年月周天之以目大])前)年"
_MONTH_DAY = rf"(?:[123]?\d|{_DIGIT}{{1,3}})"
_TO = r"[日号]?[-–—~到至]"
_LAST = r"(?<![登早晚])上上?"

HANZI = {
    "hanzidecade": r"(?<!\d)(?:(?:1[89]|20)?\d0|[二三四五六七八九]十)年代",
    "hanzipart": rf"(?:{_YEAR}年?|(?<![\d一二两三四五六七八九十几多大])年)(?:初(?!中)|[底末])",
    "hanzimonth": rf"(?:{_YEAR})?(?:1?\d|{_DIGIT}{{1,2}})月"
    rf"(?:份|(?:{_MONTH_DAY}{_TO})?{_MONTH_DAY}[日号]|[初中底末]|[上中下]旬)?",
    "hanziyear": r"(?:(?:1[89]|20|21)\d\d|[一二][〇零一八九][〇零一二三四五六七八九]{2})年",
    "hanziweek": rf"(?:{_LAST}|(?<!日)本|这)个?(?:{_WEEK}(?:末|{_WEEKDAY})?|月(?!球))"
    rf"|(?:今|(?<!过)去|(?<![年月周天之以目大])前)年(?!度)"
    rf"|(?<![\d一二两三四五六七八九十几每下个色]){_WEEK}{_WEEKDAY}(?![次个天])",
    "hanziday": r"大前天|(?<![目之以])前(?:天(?![天气])|日(?!本))|昨[天日晚夜]|今(?:[天晚早]|日(?!头条))",
    "hanziago": rf"(?:{_COUNT}个?(?:{_UNIT})|半年)(?:以前|之前|前)",
    "hanzirecent": rf"(?:过去|最近|(?<!附)近)的?{_COUNT}个?(?:{_UNIT})",
}
"""Patterns of Chinese words for a time, by kind."""

SIMPLIFIED = str.maketrans("週個過這禮兩幾號", "周个过这礼两几号")
"""Traditional characters of those words, to the ones that the patterns are written in."""

_MONTH = re.compile(rf"(?P<year>{_YEAR})?(?P<month>\d+|{_DIGIT}+)月(?P<rest>.*)")
_AGE = re.compile(rf"(?:过去|最近|近)?的?(?P<count>{_COUNT})个?(?P<unit>{_UNIT})")
_DAYS = {"今": "today", "昨": "yesterday", "前": "the day before yesterday"}
_YEARS = {"今": "this year", "去": "last year", "前": "last last year"}
_PARTS = {"初": "early", "上旬": "early", "中": "mid", "中旬": "mid", "底": "late", "末": "late", "下旬": "late"}
_WEEKDAYS = "一二三四五六日天"
_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")


def translate(kind: str, words: str) -> tuple[str, str]:
    """The kind and the English wording of Chinese words for a time; raises ValueError where there is none."""
    match kind:
        case "hanzipart":
            return "part", f"{_PARTS[words[-1]]} {_read_year(words[:-1]) or 'this year'}"
        case "hanzimonth":
            return _translate_month(words)
        case "hanziyear" | "hanzidecade":
            return "year", _read_decade(words) if words.endswith("代") else _read_year(words)
        case "hanziweek":
            return _translate_unit(words)
        case "hanziday":
            return ("ago", "3 days ago") if words == "大前天" else ("near", _DAYS[words[0]])
        case _:
            return _translate_age(kind, words)


def _translate_month(words: str) -> tuple[str, str]:
    match = _MONTH.fullmatch(words)
    month = _read_number(match["month"]) if match else 0
    if not match or not 1 <= month <= 12:
        raise ValueError("no month")
    named = " ".join([calendar.month_name[month].lower(), _read_year(match["year"] or "")]).strip()
    if match["rest"].endswith(("日", "号")):
        days = [str(_read_number(day)) for day in re.split(_TO, match["rest"][:-1])]
        return "day" if len(days) == 1 else "days", f"{'-'.join(days)} {named}"
    part = _PARTS.get(match["rest"])
    return ("part", f"{part} {named}") if part else ("month", named)


def _translate_unit(words: str) -> tuple[str, str]:
    if words.endswith("年"):
        return "unit", _YEARS[words[0]]
    which = "last last" if words.startswith("上上") else "last" if words[0] == "上" else "this"
    if "月" in words:
        return ("ago", "2 months ago") if which == "last last" else ("unit", f"{which} month")
    if words.endswith("末"):
        return "unit", f"{which} weekend"
    day = _WEEKDAYS.find(words[-1])
    if day < 0:
        return "unit", f"{which} week"
    name = calendar.day_name[min(day, 6)].lower()
    return "weekday", f"{name} {which} week" if words[0] in "上本这" else name


def _translate_age(kind: str, words: str) -> tuple[str, str]:
    if words.startswith("半年"):
        return "ago", "6 months ago"
    match = _AGE.match(words)
    if not match:
        raise ValueError("no count")
    age = f"{_read_number(match['count'])} {_UNITS[match['unit']]}"
    return ("ago", f"{age} ago") if kind == "hanziago" else ("recent", f"last {age}")


def _read_year(words: str) -> str:
    return _YEARS.get(words[:1]) or words.rstrip("年").translate(_DIGITS)


def _read_decade(words: str) -> str:
    digits = words.removesuffix("年代")
    decade = int(digits) if digits.isdecimal() else _read_number(digits)
    return f"{decade if decade > 99 else decade + (1900 if decade > 20 else 2000)}s"


def _read_number(words: str) -> int:
    if words.isdecimal():
        return int(words)
    tens, ten, ones = words.rpartition("十")
    if not ten:
        return _NUMBERS.get(words, 0)
    return 10 * _NUMBERS.get(tens, 1) + _NUMBERS.get(ones, 0)
