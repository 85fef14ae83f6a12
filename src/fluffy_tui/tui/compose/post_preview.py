"""The texts of a post as its network shows them on a phone, in half of the room for the caption."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widget import Widget

from fluffy_tui.networks import hashtag_spans
from fluffy_tui.tui.text.graphemes import grapheme_around
from fluffy_tui.tui.text.words import one_line

if TYPE_CHECKING:
    from fluffy_tui.tui.compose.caption_form import CaptionForm


class PostPreview(Widget):
    """Account, caption up to where the network folds it, and first comment of what is in a form.

    Nothing is worked out before it is drawn, and then only for what there is room for, so that keys are not held up.
    """

    DEFAULT_CSS = """
    PostPreview {
        height: 1fr;
        min-height: 5;
        max-width: 56;
        border: round $border-blurred;
        border-title-color: $text-muted;
        padding: 0 1;
    }
    """

    def __init__(self, form: CaptionForm) -> None:
        super().__init__(id="post-preview")
        self._form = form

    def update(self) -> None:
        """Show what is typed now, at the next redraw."""
        self.border_title = Content(f"as on {self._form.rules.name}")
        self.refresh()

    def render(self) -> Content:
        form = self._form
        chosen = form.channel.channel if form.channel else None
        account = Content.styled(one_line(chosen.name), "bold") if chosen else Content("")
        caption, comment = self._text(form.caption.text, form.rules.caption_fold), Content("")
        if form.rules.first_comment_limit is not None and form.first_comment.text.strip():
            comment = Content.assemble("\n\n", account, " ", self._text(form.first_comment.text))
        return Content.assemble(account, "\n", caption, comment)

    def _text(self, text: str, fold: int | None = None) -> Content:
        """Return a text with its hashtags in colour, as far as there is room for it or readers see it."""
        most = self.content_size.area
        seen = grapheme_around(text, min(most, len(text) if fold is None else fold))[0]
        content = Content(text[:seen])
        for start, end in hashtag_spans(content.plain):
            content = content.stylize("$text-primary", start, end)
        if fold is not None and len(text) > fold:
            content = Content.assemble(content.rstrip(), ("… more", "$text-muted"))
        return content
