"""Chinese numbers and dates. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta

from bot.verify.figure import Figure, day_figure, day_keys, number_key, weekday_figure

_HANZI_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_HANZI_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
_HANZI = "[零〇一二两三四五六七八九十百千万亿]"
_HANZI_NUMBER = re.compile(
    rf"(?P<bottom>{_HANZI})分之(?P<top>{_HANZI})"
    rf"|(?P<percent>百分之)?(?:(?P<digits>\d+(?:\.\d+)?)(?P<scale>[万亿千百]{{0,2}})|(?P<hanzi>{_HANZI}+(?:点{_HANZI}+)?))(?P<sign>%)?(?!\d)"
)
_HANZI_DATE = re.compile(
    rf"(?:(?P<year>\d{{4}}|[去今明前]|[零〇一二三四五六七八九]{{4}})年)?(?P<month>\d{{1,2}}|{_HANZI}{{1,3}})月(?:(?P<day>\d{{1,2}}|{_HANZI}{{1,3}})[日号])?"
    r"|(?P<only>\d{4}|[去今明前])年(?!前)|(?:星期|周|礼拜)(?P<weekday>[一二三四五六日天])|(?P<near>[昨今明前])[天日晚早]"
    rf"|(?P<later>{_HANZI}|\d+)天(?P<way>[后前])"
)
_ANY_HANZI = re.compile("[〇\u4e00-\u9fff]")
_NEAR = {"前": -2, "昨": -1, "今": 0, "明": 1}
_NEAR_YEARS = {"前": -2, "去": -1, "今": 0, "明": 1}


def find_hanzi_figures(text: str, published: date | None) -> Iterator[Figure]:
    """Dates first, then numbers."""
    if not _ANY_HANZI.search(text):
        return
    yield from _hanzi_dates(text, published)
    yield from _hanzi_numbers(text)


def _hanzi(text: str) -> int:
    if text.isdecimal():
        return int(text)
    if len(text) > 1 and not set(text) & set(_HANZI_SCALES):
        return int("".join(str(_HANZI_DIGITS[c]) for c in text))
    if len(text) > 2 and text[-1] in _HANZI_DIGITS and _HANZI_SCALES.get(text[-2], 0) >= 100:  # 一万五 is 15,000
        return _hanzi(text[:-1]) + _HANZI_DIGITS[text[-1]] * _HANZI_SCALES[text[-2]] // 10
    total = section = digit = 0
    for c in text:
        if c in _HANZI_DIGITS:
            digit = _HANZI_DIGITS[c]
        elif (scale := _HANZI_SCALES[c]) < 10_000:
            section += (digit or 1) * scale
            digit = 0
        else:
            total, section, digit = (total + section + digit) * scale, 0, 0
    return total + section + digit


def _hanzi_numbers(text: str) -> Iterator[Figure]:
    for m in _HANZI_NUMBER.finditer(text):
        if m["bottom"]:
            value = 100 * _hanzi(m["top"]) / max(1, _hanzi(m["bottom"]))
        elif m["digits"]:
            if not m["scale"] and not m["percent"]:
                continue
            value = float(m["digits"])
            for scale in m["scale"] or "":
                value *= _HANZI_SCALES[scale]
        elif m["hanzi"] in ("一", "十", "百", "千", "万", "亿", "千万"):
            continue
        else:
            whole, _point, decimals = m["hanzi"].partition("点")
            value = _hanzi(whole) + (
                float("0." + "".join(str(_HANZI_DIGITS.get(c, 0)) for c in decimals)) if decimals else 0
            )
        is_percent = bool(m["percent"] or m["sign"] or m["bottom"])
        yield Figure(
            "percent" if is_percent else "number",
            frozenset({("%" if is_percent else "") + number_key(value)}),
            m.start(),
            m.end(),
            value,
        )


def _hanzi_dates(text: str, published: date | None) -> Iterator[Figure]:
    earlier: date | None = None
    for m in _HANZI_DATE.finditer(text):
        if m["month"]:
            month, year = _hanzi(m["month"]), _hanzi_year(m["year"], published)
            if m["day"]:
                day = _hanzi(m["day"])
                with suppress(ValueError):
                    earlier = date(year or (published.year if published else 2000), month, day)
                keys = {f"{year}-{month}-{day}", f"{month}-{day}"} if year else {f"{month}-{day}"}
            else:
                keys = {f"{year}m{month}", f"m{month}"} if year else {f"m{month}"}
            yield Figure("date", frozenset(keys), m.start(), m.end())
        elif m["only"]:
            yield Figure("date", frozenset({str(_hanzi_year(m["only"], published))}), m.start(), m.end())
        elif m["later"]:
            days = _hanzi(m["later"]) * (1 if m["way"] == "后" else -1)
            keys = day_keys(earlier + timedelta(days=days)) if earlier else {m[0]}
            yield Figure("date", frozenset(keys), m.start(), m.end())
        elif published is None:
            yield Figure("date", frozenset({m[0]}), m.start(), m.end())
        elif m["weekday"]:
            yield weekday_figure(min("一二三四五六日".find(m["weekday"]) % 7, 6), published, m.start(), m.end())
        else:
            yield day_figure(published + timedelta(days=_NEAR[m["near"]]), m.start(), m.end())


def _hanzi_year(text: str | None, published: date | None) -> int | None:
    if not text:
        return None
    if text in _NEAR_YEARS:
        return published.year + _NEAR_YEARS[text] if published else None
    return _hanzi(text)
