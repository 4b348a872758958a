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

HANZI = {
    "hanzimonth": rf"(?:(?:\d{{4}}|[今去])年)?(?:1?\d|{_DIGIT}{{1,2}})月"
    rf"(?:份|(?:[123]?\d|{_DIGIT}{{1,3}})[日号]|[初中底末]|[上中下]旬)?",
    "hanziyear": r"(?:1[89]|20|21)\d\d年",
    "hanziweek": rf"[上本这]个?{_WEEK}[一二三四五六日天末]?|[上本这]个?月|[今去]年",
    "hanziday": r"大前天|前[天日]|昨[天日晚夜]|今[天日晚早]",
    "hanziago": rf"{_COUNT}个?(?:{_UNIT})(?:以前|之前|前)",
    "hanzirecent": rf"(?:过去|最近|近)的?{_COUNT}个?(?:{_UNIT})",
}
"""Patterns of Chinese words for a time, by kind."""

_MONTH = re.compile(r"(?:(?P<year>\d{4}|[今去])年)?(?P<month>\d+|[一二三四五六七八九十]+)月(?P<rest>.*)")
_AGE = re.compile(rf"(?:过去|最近|近)?的?(?P<count>{_COUNT})个?(?P<unit>{_UNIT})")
_DAYS = {"今": "today", "昨": "yesterday", "前": "the day before yesterday"}
_YEARS = {"今": "this year", "去": "last year"}
_PARTS = {"初": "early", "上旬": "early", "中": "mid", "中旬": "mid", "底": "late", "末": "late", "下旬": "late"}
_WEEKDAYS = "一二三四五六日天"


def translate(kind: str, words: str) -> tuple[str, str]:
    """The kind and the English wording of Chinese words for a time; raises ValueError where there is none."""
    match kind:
        case "hanzimonth":
            return _translate_month(words)
        case "hanziyear":
            return "year", words[:4]
        case "hanziweek":
            return _translate_unit(words)
        case "hanziday" if words != "大前天":
            return "near", _DAYS[words[0]]
        case "hanziday":
            return "ago", "3 days ago"
        case _:
            return _translate_age(kind, words)


def _translate_month(words: str) -> tuple[str, str]:
    match = _MONTH.fullmatch(words)
    month = _read_number(match["month"]) if match else 0
    if not match or not 1 <= month <= 12:
        raise ValueError("no month")
    year = match["year"] or ""
    named = " ".join([calendar.month_name[month].lower(), _YEARS.get(year, year)]).strip()
    if match["rest"].endswith(("日", "号")):
        return "day", f"{_read_number(match['rest'][:-1])} {named}"
    part = _PARTS.get(match["rest"])
    return ("part", f"{part} {named}") if part else ("month", named)


def _translate_unit(words: str) -> tuple[str, str]:
    if words.endswith("年"):
        return "unit", _YEARS[words[0]]
    which = "last" if words[0] == "上" else "this"
    if "月" in words:
        return "unit", f"{which} month"
    if words.endswith("末"):
        return "unit", f"{which} weekend"
    day = _WEEKDAYS.find(words[-1])
    if day < 0:
        return "unit", f"{which} week"
    return "weekday", f"{calendar.day_name[min(day, 6)].lower()} of {which} week"


def _translate_age(kind: str, words: str) -> tuple[str, str]:
    match = _AGE.match(words)
    if not match:
        raise ValueError("no count")
    age = f"{_read_number(match['count'])} {_UNITS[match['unit']]}"
    return ("ago", f"{age} ago") if kind == "hanziago" else ("recent", f"last {age}")


def _read_number(words: str) -> int:
    if words.isdecimal():
        return int(words)
    tens, ten, ones = words.rpartition("十")
    if not ten:
        return _NUMBERS.get(words, 0)
    return 10 * _NUMBERS.get(tens, 1) + _NUMBERS.get(ones, 0)
