"""Hashtag sets and phrases."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.personas import (
    PersonaNotFound,
    Personas,
    Snippet,
    SnippetKind,
    SnippetNameTaken,
    SnippetNotFound,
    Snippets,
)

if TYPE_CHECKING:
    from fluffy_tui.core.database import Database

HASHTAGS, PHRASE = SnippetKind.HASHTAGS, SnippetKind.PHRASE
MARKUP = "[/b][red"


async def test_what_is_kept_comes_back_as_it_was_meant(database: Database) -> None:
    personas, snippets = Personas(database, None), Snippets(database)
    sarah, leo = await personas.create("sarah"), await personas.create("leo")
    sea = await snippets.create(sarah.id, HASHTAGS, " Sea  and fog ", "sea, #Fog ＃köln #FOG\n#日本")
    signature = await snippets.create(sarah.id, PHRASE, ";sig", f"— {MARKUP}\r\nsarah ")
    await snippets.create(sarah.id, HASHTAGS, "autumn", "#leaves")
    assert (sea.name, sea.text) == ("Sea and fog", "#sea #Fog #köln #日本")
    assert (signature.name, signature.text) == ("sig", f"— {MARKUP}\nsarah ")
    listed = await snippets.list(sarah.id)
    assert [snippet.name for snippet in listed] == ["autumn", "Sea and fog", "sig"]
    assert await snippets.list(leo.id) == []

    with pytest.raises(SnippetNameTaken, match="one named SEA AND FOG already"):
        await snippets.create(sarah.id, HASHTAGS, "SEA AND FOG", "#x")
    assert await snippets.create(sarah.id, PHRASE, "autumn", "leaves fall"), "kinds have names of their own"
    assert await snippets.create(leo.id, HASHTAGS, "autumn", "#leaves"), "and so have personas"

    renamed = await snippets.change(sea, name="the sea")
    assert renamed == replace(sea, name="the sea")
    assert (await snippets.change(renamed, text="waves")).text == "#waves"
    with pytest.raises(SnippetNameTaken):
        await snippets.change(renamed, name="Autumn")

    await snippets.delete(sea)
    with pytest.raises(SnippetNotFound):
        await snippets.delete(sea)
    with pytest.raises(SnippetNotFound):
        await snippets.change(sea, name="gone")
    back = await snippets.create(sarah.id, sea.kind, sea.name, sea.text)
    assert replace(back, id=sea.id) == sea
    with pytest.raises(PersonaNotFound):
        await snippets.create(leo.id + 1, HASHTAGS, "x", "#x")


@pytest.mark.parametrize(
    ("kind", "name", "text", "problem"),
    [
        (HASHTAGS, " ; ", "#sea", "It needs a name"),
        (HASHTAGS, "x" * 61, "#sea", "61 characters"),
        (PHRASE, "two words", "x", "cannot be typed as one word"),
        (PHRASE, MARKUP, "x", "cannot be typed as one word"),
        (HASHTAGS, "sea", " # , ", "no hashtag in it"),
        (HASHTAGS, "sea", "#sea #2026", "#2026 is no hashtag"),
        (HASHTAGS, "sea", MARKUP, "is no hashtag"),
        (PHRASE, "sig", "\n\0 ", "The text is empty"),
        (PHRASE, "sig", "x" * 10_001, "10,001 characters"),
    ],
)
async def test_what_cannot_be_used_is_said(
    database: Database, kind: SnippetKind, name: str, text: str, problem: str
) -> None:
    sarah = await Personas(database, None).create("sarah")
    snippets = Snippets(database)
    with pytest.raises(FluffyError, match=problem):
        await snippets.create(sarah.id, kind, name, text)
    kept = await snippets.create(sarah.id, kind, "kept", "words")
    with pytest.raises(FluffyError, match=problem):
        await snippets.change(Snippet(kept.id, sarah.id, kind, kept.name, kept.text), name=name, text=text)
    assert await snippets.list(sarah.id) == [kept]
