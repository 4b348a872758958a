"""The REST API: every request is written down, checked, and answered as Discord would."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from dataclasses import dataclass
from typing import Any

from aiohttp import BodyPartReader, web

from tests.discord_server import errors
from tests.discord_server.errors import ApiError
from tests.discord_server.faults import (
    EXEMPT,
    GLOBAL_PER_S,
    REAL_LIMITS,
    Bucket,
    Fault,
    Hold,
    Limits,
    Request,
)
from tests.discord_server.openapi import description
from tests.discord_server.routes import ROUTES
from tests.discord_server.routes.route import Call, Operation, Refused
from tests.discord_server.state import Payload
from tests.discord_server.world import World

PREFIX = "/api/v10"
_INVALID = frozenset({401, 403, 429})


@dataclass
class Received:
    """A request of the bot, and how it was answered; status 0 while it is not."""

    method: str
    path: str
    body: Any
    at: float
    status: int = 0

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class Violation:
    """A request that Discord would refuse, or that could ping someone."""

    request: str
    problem: str

    def __str__(self) -> str:
        return f"{self.request}: {self.problem}"


class Rest:
    """Answers requests about one world."""

    def __init__(self, world: World) -> None:
        self.requests: list[Received] = []
        self.violations: list[Violation] = []
        self._world = world
        self._faults: list[Fault] = []
        self._holds: list[Hold] = []
        self._limits = Limits()

    # Faults

    def fail(self, method: str, pattern: str, status: int, **how: Any) -> None:
        """Answer the next requests to paths like `/channels/*/messages` with an error; see `Fault` for how."""
        self._faults.append(Fault(Request(method, pattern), status, **how))

    def hold(self, method: str, pattern: str) -> Hold:
        """Keep requests waiting from now on, until the hold is released."""
        hold = Hold(Request(method, pattern), self._world.changes)
        self._holds.append(hold)
        return hold

    def limit(self, method: str, pattern: str, n: int, per_s: float) -> None:
        """Allow `n` requests in `per_s` seconds for each channel or webhook token."""
        self._limits.rules.append((Request(method, pattern), n, per_s))

    def limit_all(self, n: int, per_s: float) -> None:
        """Allow `n` requests in `per_s` seconds in all, but for answers to interactions."""
        self._limits.everything = Bucket(n, per_s)

    def enforce_limits(self) -> None:
        """Limit as Discord does: by route, and 50 requests a second in all."""
        for rule in REAL_LIMITS:
            self.limit(*rule)
        self.limit_all(GLOBAL_PER_S, 1.0)

    # What was asked

    def asked(self, method: str, pattern: str) -> list[Received]:
        """The requests to paths like `/channels/*/messages`, in order."""
        which = Request(method, pattern)
        return [r for r in self.requests if which.meets(r.method, r.path)]

    @property
    def invalid(self) -> list[Received]:
        """The requests that count towards Discord's ban: 401, 403 and 429."""
        return [r for r in self.requests if r.status in _INVALID]

    # Answers

    def add_routes(self, app: web.Application) -> None:
        for operation in ROUTES:
            app.router.add_route(operation.method, PREFIX + operation.template, self._serve(operation))
        app.router.add_route("*", PREFIX + "/{tail:.*}", self._serve(None))

    def _serve(self, operation: Operation | None) -> Any:
        async def handle(request: web.Request) -> web.StreamResponse:
            body, files = await _read_body(request)
            path = request.path.removeprefix(PREFIX)
            asked = Received(request.method, path, body, asyncio.get_running_loop().time())
            self.requests.append(asked)
            self._world.changes.announce()
            for hold in self._holds:
                if hold.which.meets(asked.method, path):
                    await hold.wait()
            response = self._answer(operation, request, asked, files)
            asked.status = response.status if response else -1
            self._world.changes.announce()
            if response is None:
                assert request.transport is not None
                request.transport.abort()
                return web.Response()
            return response

        return handle

    def _answer(
        self, operation: Operation | None, request: web.Request, asked: Received, files: list[Payload]
    ) -> web.Response | None:
        limited, headers = self._take(operation, asked)
        if limited is not None:
            return limited
        fault = next((f for f in self._faults if f.times and f.which.meets(asked.method, asked.path)), None)
        if fault is None:
            return self._carry_out(operation, request, asked, files, headers)
        fault.times -= 1
        if fault.carried_out:
            self._carry_out(operation, request, asked, files, headers)
        return _fail(fault, headers)

    def _carry_out(
        self, operation: Operation | None, request: web.Request, asked: Received, files: list[Payload], headers: Payload
    ) -> web.Response:
        try:
            if operation is None:
                self._violate(asked, "no such operation here")
                raise ApiError(404, 0, "404: Not Found")
            if operation.needs_token and request.headers.get("Authorization") != f"Bot {self._world.token}":
                raise errors.unauthorized()
            self._check(operation, asked, len(files))
            call = Call(self._world, dict(request.match_info), dict(request.query), asked.body, files)
            answer = operation.act(call)
        except Refused as e:
            self._violate(asked, str(e))
            return _json(400, _error(errors.invalid_body(str(e))), headers)
        except ApiError as e:
            return _json(e.status, _error(e), headers)
        return web.Response(status=204, headers=headers) if answer is None else _json(operation.status, answer, headers)

    def _check(self, operation: Operation, asked: Received, n_files: int) -> None:
        """Write down every violation, and refuse what Discord refuses."""
        official = description()
        problems = []
        if official is not None and (problem := official.check(operation.method, operation.template, asked.body)):
            problems.append(problem)
        if asked.body is not None and not problems:
            problems += operation.check(asked.body, n_files)
        for problem in problems:
            self._violate(asked, problem)
        if problems:
            empty = "the message is empty" in problems
            raise errors.empty_message() if empty else errors.invalid_body(problems[0])
        if asked.body is not None:
            for problem in operation.check_mentions(asked.body):
                self._violate(asked, problem)

    def _violate(self, asked: Received, problem: str) -> None:
        self.violations.append(Violation(str(asked), problem))

    def _take(self, operation: Operation | None, asked: Received) -> tuple[web.Response | None, Payload]:
        """Count the request; a 429 where there were too many, and the headers of its bucket."""
        now = asyncio.get_running_loop().time()
        bucket = self._limits.bucket(asked.method, asked.path)
        wait = bucket.take(now) if bucket else 0.0
        shown = bucket or Bucket(1000, 1.0, now, 1)
        template = operation.template if operation else asked.path
        headers = {
            "Via": "1.1 google",
            "X-RateLimit-Bucket": hashlib.sha256(f"{asked.method} {template}".encode()).hexdigest()[:32],
            "X-RateLimit-Limit": str(shown.limit),
            "X-RateLimit-Remaining": str(shown.limit - shown.used),
            "X-RateLimit-Reset": f"{time.time() + shown.reset_after(now):.3f}",
            "X-RateLimit-Reset-After": f"{shown.reset_after(now):.3f}",
        }
        if wait:
            return _too_many(wait, False, headers), headers
        everything = self._limits.everything
        if everything and not asked.path.startswith(EXEMPT) and (wait := everything.take(now)):
            return _too_many(wait, True, headers), headers
        return None, headers


def _too_many(retry_after: float, is_global: bool, headers: Payload) -> web.Response:
    extra = {"Retry-After": str(int(retry_after) + 1), "X-RateLimit-Scope": "global" if is_global else "user"}
    extra |= {"X-RateLimit-Global": "true"} if is_global else {}
    body = {"message": "You are being rate limited.", "retry_after": round(retry_after, 3), "global": is_global}
    return _json(429, body, headers | extra)


def _fail(fault: Fault, headers: Payload) -> web.Response | None:
    if fault.status == 0:
        return None
    if fault.by_cloudflare:
        return web.Response(status=fault.status, text="<html>error code: 1015</html>", content_type="text/html")
    if fault.status == 429:
        return _too_many(fault.retry_after, fault.is_global, headers)
    return _json(fault.status, {"code": fault.code, "message": fault.message}, headers)


def _error(error: ApiError) -> Payload:
    return {"code": error.code, "message": error.message}


def _json(status: int, body: Any, headers: Payload) -> web.Response:
    """JSON with the very content type that discord.py compares with: no charset behind it."""
    return web.Response(
        status=status, body=json.dumps(body).encode(), headers=headers | {"Content-Type": "application/json"}
    )


async def _read_body(request: web.Request) -> tuple[Any, list[Payload]]:
    """The JSON of a request, in `payload_json` where there are files; None without any."""
    if request.content_type != "multipart/form-data":
        text = await request.text()
        return (json.loads(text) if text else None), []
    body: Any = None
    files: list[Payload] = []
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        content = await part.read()
        if part.name == "payload_json":
            body = json.loads(content)
        else:
            address = f"http://127.0.0.1/{part.filename}"
            kept = {"filename": part.filename, "size": len(content), "url": address, "proxy_url": address}
            files.append({"id": str(len(files) + 1), **kept})
    return body, files
