"""Hashtag sets and phrases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fluffy_tui.core.database import Database
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.personas import (
    PersonaNotFound,
    Personas,
    SnippetKind,
    SnippetNameTaken,
    SnippetNotFound,
    Snippets,
)

HASHTAGS, PHRASE = SnippetKind.HASHTAGS, SnippetKind.PHRASE
MARKUP = "[/b][red"


async def test_snippets_are_stored_cleaned_up(database: Database) -> None:
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

    with pytest.raises(SnippetNameTaken, match="already one named SEA AND FOG"):
        await snippets.create(sarah.id, HASHTAGS, "SEA AND FOG", "#x")
    await snippets.create(sarah.id, HASHTAGS, "fk_snippets", "#x")
    with pytest.raises(SnippetNameTaken):
        await snippets.create(sarah.id, HASHTAGS, "fk_snippets", "#x")
    assert await snippets.create(sarah.id, PHRASE, "autumn", "leaves fall"), "names are unique per kind"
    assert await snippets.create(leo.id, HASHTAGS, "autumn", "#leaves"), "and per persona"

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
    restored = await snippets.create(sarah.id, sea.kind, sea.name, sea.text)
    assert replace(restored, id=sea.id) == sea
    with pytest.raises(PersonaNotFound):
        await snippets.create(leo.id + 1, HASHTAGS, "x", "#x")


@pytest.mark.parametrize(
    ("kind", "name", "text", "problem"),
    [
        (HASHTAGS, " ; ", "#sea", "A snippet needs a name"),
        (HASHTAGS, "x" * 61, "#sea", "61 characters"),
        (PHRASE, "two words", "x", "cannot be typed as one word"),
        (PHRASE, MARKUP, "x", "cannot be typed as one word"),
        (HASHTAGS, "sea", " # , ", "no hashtags in it"),
        (HASHTAGS, "sea", "#sea #2026", "#2026 is not a hashtag"),
        (HASHTAGS, "sea", MARKUP, "is not a hashtag"),
        (PHRASE, "sig", "\n\0 ", "The text is empty"),
        (PHRASE, "sig", "x" * 10_001, "10,001 characters"),
    ],
)
async def test_invalid_snippets_are_rejected_with_a_reason(
    database: Database, kind: SnippetKind, name: str, text: str, problem: str
) -> None:
    sarah = await Personas(database, None).create("sarah")
    snippets = Snippets(database)
    with pytest.raises(FluffyError, match=problem):
        await snippets.create(sarah.id, kind, name, text)
    existing = await snippets.create(sarah.id, kind, "existing", "text")
    with pytest.raises(FluffyError, match=problem):
        await snippets.change(existing, name=name, text=text)
    assert await snippets.list(sarah.id) == [existing]
