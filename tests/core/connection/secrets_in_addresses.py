"""Passwords as they are written into addresses, rightly and wrongly, and the parts by which they could be known."""

from __future__ import annotations

import string

ALPHABET = string.ascii_uppercase + string.digits + "@/?#:%&=+ ;,[]!$'\"\\~"
"""No lower case letters, so that a part of a password can be in no sentence by chance."""

FORMS = (
    "postgresql://sarah:{}@db.example:5432/photos",
    "postgresql://sarah:{}@db.example/photos?sslmode=require",
    "postgresql://{}@db.example/photos",
    "postgresql://db.example:{}/photos",
    "postgresql://db.example:{}",
    "postgresql://sarah:{}@/photos?host=/tmp",
    "postgresql://sarah@db.example/photos?password={}",
    "postgres://sarah:{}@[::1/photos",
    "postgresql://sarah:{}@db.example:x/photos",
    "postgresql://sarah:{}@db.example/photos?pgbouncer=true",
    "host=db.example user=sarah password={} dbname=photos",
    "host=db.example password='{}",
    "mysql://sarah:{}@db.example/photos",
)


_SAID = "%40, :5432 [::1]:5432 %3A, %2F, %3F, %23, %25, %26, %20. postgresql://"
"""What the remedies themselves write."""


def parts(secret: str, length: int = 4) -> set[str]:
    """Return all pieces of a password that must be shown nowhere."""
    pieces = {secret[start : start + length] for start in range(len(secret) - length + 1)}
    return {piece for piece in pieces if piece not in _SAID}
