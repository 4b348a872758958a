"""A certificate of news.test that signs itself, with its key; good for a hundred years, and for these tests alone."""

from __future__ import annotations

from pathlib import Path

CERTIFICATE = Path(__file__).with_name("certificate.pem")
