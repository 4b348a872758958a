"""Which article an address means: addresses without what does not matter, and ids made of them; pure."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

_TRACKING = re.compile(
    r"utm_\w+|\w*clid|mc_[ce]id|igshid|ref_src|ref_url|_ga|_gl|ncid|ocid|smid|cmp|cmpid|xtor|ito|at_\w+|ns_\w+"
    r"|__twitter_impression|spm|guce_\w+|guccounter",
    re.IGNORECASE,
)
_SAYS_FEED = re.compile(r"rss|feed|atom|newsletter|twitter|facebook|homepage", re.IGNORECASE)
_SAYS_WHENCE = frozenset({"ref", "source", "src", "from", "partner", "feed"})
_DEFAULT_PORTS = {"http": 80, "https": 443}
_SAFE = "/%:@!$&'()*+,;=~-._"


def clean_url(url: str, base: str = "") -> str:
    """An address without fragment and tracking parameters, in ASCII; empty where it is none of http or https.

    Args:
        base: What a relative one is relative to.
    """
    try:
        parts = urlsplit(urljoin(base, url.strip()))
        host, port = parts.hostname or "", parts.port
        host = host if host.isascii() else host.encode("idna").decode("ascii")
        path = quote(parts.path or "/", safe=_SAFE)
        query = _clean_query(parts.query)
    except ValueError:  # UnicodeError is one
        return ""
    if parts.scheme not in _DEFAULT_PORTS or not host or not re.fullmatch(r"[a-z0-9.:_-]+", host):
        return ""
    place = f"[{host}]" if ":" in host else host
    if port and port != _DEFAULT_PORTS[parts.scheme]:
        place = f"{place}:{port}"
    return urlunsplit((parts.scheme, place, path, query, ""))


def key_of(url: str) -> str:
    """What addresses of one page have in common: scheme, `www.` and a slash at the end do not matter."""
    parts = urlsplit(clean_url(url))
    place = parts.netloc.removeprefix("www.")
    return f"{place}{parts.path.rstrip('/')}{f'?{parts.query}' if parts.query else ''}"


def choose_url(final: str, canonical: str, source: str) -> str:
    """Where an article is at home: where its page says so, if that is on the same site and no home page.

    Args:
        source: The address of the source that lists it.
    """
    here, there = clean_url(final), clean_url(canonical, final) if canonical.strip() else ""
    return there if there and is_same_site(here, there, source) and not is_home_page(there) else here


def is_home_page(url: str) -> bool:
    """Whether an address is that of a site's front."""
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query


def is_same_site(a: str, b: str, source: str) -> bool:
    """Whether two addresses have one host, `www.` apart, or are both on the host of their source or below it.

    That a name stands below another does not tell: whoever writes at `ann.github.io` is not `github.io`.
    """
    hosts = [_bare_host(url) for url in (a, b)]
    above = _bare_host(source)
    are_below = "." in above and all(host == above or host.endswith(f".{above}") for host in hosts)
    return bool(hosts[0]) and urlsplit(a).port == urlsplit(b).port and (hosts[0] == hosts[1] or are_below)


def hash_text(text: str, n_chars: int = 16) -> str:
    """The beginning of a text's SHA-256, in hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:n_chars]


def slug_of(text: str, max_chars: int) -> str:
    """Letters and digits of a text joined by hyphens, safe as a part of a file's name; may be empty."""
    slug = re.sub(r"[\W_]+", "-", text.lower()).strip("-")
    return slug[:max_chars].strip("-")


def _clean_query(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if not _is_tracking(name, value)]
    return quote(query if len(kept) == len(pairs) else urlencode(kept), safe=f"{_SAFE}?")


def _is_tracking(name: str, value: str) -> bool:
    said_whence = name.lower() in _SAYS_WHENCE and bool(_SAYS_FEED.fullmatch(value))
    return said_whence or bool(_TRACKING.fullmatch(name))


def _bare_host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")
