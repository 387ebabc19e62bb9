"""How many requests were answered with what, for Prometheus."""

from __future__ import annotations

import time

from millrace.server.http import Message, Request, Send, respond

_KIND = b"text/plain; version=0.0.4; charset=utf-8"
_BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Counts:
    """Counters and a histogram of this process, shown in Prometheus's text format at `/metrics`."""

    def __init__(self) -> None:
        self._total: dict[tuple[str, int], int] = {}
        self._buckets = [0] * len(_BOUNDS)
        self._count = 0
        self._seconds = 0.0

    def counting(self, request: Request, send: Send) -> Send:
        """A `send` that counts the response when its last piece is sent."""
        begun = time.perf_counter()
        status = 0

        async def counted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            elif not message.get("more_body"):
                self._add(request.method, status, time.perf_counter() - begun)
            await send(message)

        return counted

    def _add(self, method: str, status: int, seconds: float) -> None:
        method = method if method in _METHODS else "other"
        self._total[method, status] = self._total.get((method, status), 0) + 1
        self._count += 1
        self._seconds += seconds
        for index, bound in enumerate(_BOUNDS):
            self._buckets[index] += seconds <= bound

    async def show(self, request: Request, send: Send, asked: object) -> None:
        """Answer with all counts."""
        lines = [
            "# HELP mlflow_http_request_total Total number of HTTP requests.",
            "# TYPE mlflow_http_request_total counter",
            *(
                f'mlflow_http_request_total{{method="{method}",status="{status}"}} {count}'
                for (method, status), count in sorted(self._total.items())
            ),
            "# HELP mlflow_http_request_duration_seconds Time from a request's headers to its answer's end.",
            "# TYPE mlflow_http_request_duration_seconds histogram",
            *(
                f'mlflow_http_request_duration_seconds_bucket{{le="{bound}"}} {count}'
                for bound, count in zip(_BOUNDS, self._buckets, strict=True)
            ),
            f'mlflow_http_request_duration_seconds_bucket{{le="+Inf"}} {self._count}',
            f"mlflow_http_request_duration_seconds_sum {self._seconds}",
            f"mlflow_http_request_duration_seconds_count {self._count}",
        ]
        await respond(send, 200, ("\n".join(lines) + "\n").encode(), _KIND)
