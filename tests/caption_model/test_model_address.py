"""Where a model server is asked."""

from __future__ import annotations

import pytest

from fluffy_tui.caption_model.model_address import ModelAddress


@pytest.mark.parametrize(
    ("url", "chat", "place"),
    [
        ("http://localhost:11434", "http://localhost:11434/v1/chat/completions", "localhost:11434"),
        ("http://localhost:11434/v1/", "http://localhost:11434/v1/chat/completions", "localhost:11434"),
        ("https://a.example/openai", "https://a.example/openai/chat/completions", "a.example"),
        ("https://a.example/v1/chat/completions", "https://a.example/v1/chat/completions", "a.example"),
        (
            "https://a.example/v1?api-version=2",
            "https://a.example/v1/chat/completions?api-version=2",
            "a.example",
        ),
        ("http://[::1]:8080", "http://[::1]:8080/v1/chat/completions", "[::1]:8080"),
    ],
)
def test_an_address_leads_to_the_completions_and_the_models(url: str, chat: str, place: str) -> None:
    address = ModelAddress.of(url)
    assert address.chat == chat
    assert address.models == chat.replace("/chat/completions", "/models")
    assert address.place == place
    assert address.is_private == ("a.example" not in url)
