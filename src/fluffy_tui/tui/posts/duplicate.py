"""Duplicating a post, or posting it again: its text and options become the draft of another photo or of the same."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.media import Framing
from fluffy_tui.tui.compose import ComposeScreen
from fluffy_tui.tui.photo.photo_picker import PhotoPicker
from fluffy_tui.tui.session.drafts import Draft
from fluffy_tui.tui.session.submit_undo import draft_of_submission
from fluffy_tui.tui.text.words import one_line, quoted
from fluffy_tui.tui.ui.dialogs import ConfirmScreen

if TYPE_CHECKING:
    from textual.app import App

    from fluffy_tui.scheduling import Post
    from fluffy_tui.tui.session.context import Context

OTHER_PERSONA = "This post belongs to another persona. Press {app.personas} to switch, then do this in Posts."


async def duplicate(app: App[Any], context: Context, post: Post) -> None:
    """Ask for a photo, make the post's submission its draft, and open the composer on it.

    Raises:
        FluffyError: The draft cannot be read or saved.
    """
    if context.overview.persona is None or context.overview.persona.id != post.persona_id:
        app.notify(context.with_keys(OTHER_PERSONA), markup=False)
        return
    picker = PhotoPicker(context, post.persona_id, (), title="duplicate for which photo?")
    photo = await app.push_screen_wait(picker)
    if photo is None:
        return
    group = await context.services.scheduling.groups({post.group_id}) or [post]
    try:
        earlier = await asyncio.to_thread(context.drafts.load, photo)
        if earlier is not None and not earlier.is_empty:
            text = f" {quoted(earlier.caption, 200)}" if earlier.caption.strip() else ""
            question = ConfirmScreen(
                "Replace its draft?",
                f"{one_line(photo.name)} already has a draft.{text}",
                yes="Replace",
                no="Keep",
                own=context.keys,
            )
            if not await app.push_screen_wait(question):
                return
        draft = for_another_photo(draft_of_submission(context, group))
        await asyncio.to_thread(context.drafts.save, photo, draft)
    except OSError as error:
        raise FluffyError(
            f"The draft could not be saved: {error.strerror}.", "Free some disk space, then try again."
        ) from error
    await app.push_screen(ComposeScreen(context, [photo], context.selection.remove))


async def post_again(app: App[Any], context: Context, post: Post) -> None:
    """Open the composer with the photos and the text of a live post, unless it has to wait.

    Raises:
        FluffyError: It is not live everywhere, or not for long enough.
    """
    if context.overview.persona is None or context.overview.persona.id != post.persona_id:
        app.notify(context.with_keys(OTHER_PERSONA), markup=False)
        return
    group = await context.services.scheduling.posts_to_repeat(post.id)
    ids = list(dict.fromkeys(photo.photo_id for photo in group[0].photos))
    found = await context.services.photos.by_ids(ids)
    if lost := len(ids) - len(found):
        raise FluffyError(f"{lost} of its {len(ids)} photos left the library, so it cannot be posted again.")
    photos = [found[photo_id] for photo_id in ids]
    await app.push_screen(ComposeScreen(context, photos, context.selection.remove, again=group))


def for_another_photo(draft: Draft) -> Draft:
    """Return a draft without what belongs to its photos, such as turns and people, and without its time."""
    return Draft(
        caption=draft.caption,
        alt_text=draft.alt_text,
        framing=_for_any(draft.framing),
        first_comment=draft.first_comment,
        channels=tuple(
            replace(choice, share_mode=None, at=None, framing=_for_any(choice.framing))
            for choice in draft.channels
        ),
        off=draft.off,
        ai_assisted=draft.ai_assisted,
    )


def _for_any(framing: Framing | None) -> Framing | None:
    return framing and Framing().fitted_as(framing)
