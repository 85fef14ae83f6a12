"""Inserts what a model suggests into a caption form, and makes sure that nothing of it is submitted unread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.tui.session.drafts import Draft, unread_in
from fluffy_tui.tui.snippets import PickedText, PickTextScreen
from fluffy_tui.tui.suggestions.question_screen import Answered, AskModelScreen, Subject
from fluffy_tui.tui.suggestions.suggestion_words import alt_text_choice, caption_choice, sent_words
from fluffy_tui.tui.text.words import one_line, quoted
from fluffy_tui.tui.ui.dialogs import ConfirmScreen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from fluffy_tui.tui.caption.caption_editor import CaptionEditor
    from fluffy_tui.tui.ports import CaptionModelPort
    from fluffy_tui.tui.session.context import Context

NO_MODEL = "No model is set up to suggest captions: set model_url in Settings."
_AGAIN = PickedText("Ask again", "for other captions", "Ask the model for captions that differ from these.")
_QUOTED = 200
"""Characters of suggested texts that a question quotes, so that it fits the smallest terminal; the form has all."""
_QUOTES = 2
"""How many texts it quotes."""


class Suggester:
    """Fills one caption form from a model; `changed` is called when a text was inserted, or confirmed to be read.

    Hashtags of a caption may be moved to the first comment.
    """

    def __init__(
        self,
        context: Context,
        caption: CaptionEditor,
        first_comment: CaptionEditor,
        alt_text: CaptionEditor,
        changed: Callable[[], None],
    ) -> None:
        self._context, self._caption, self._alt_text, self._changed = context, caption, alt_text, changed
        self._fields = (caption, first_comment, alt_text)
        self.suggested: tuple[str, ...] = ()
        """Texts of a model as they were inserted, unless the user has confirmed to have read them."""
        self.ai_assisted = False
        """Whether any was inserted."""
        self._shown: object = None
        self._answered: Answered | None = None
        """About what the model was asked last, and its answer, so that a second text needs no second question."""

    def load(self, draft: Draft) -> None:
        """Begin with what is known of a draft."""
        self.suggested, self.ai_assisted = draft.suggested, draft.ai_assisted
        self.show_marks()

    def add(self, drafts: Iterable[Draft]) -> None:
        """Take over what is still to be read of other drafts, whose texts are used."""
        for draft in drafts:
            self.suggested += draft.suggested
            self.ai_assisted |= draft.ai_assisted
        self.show_marks()

    def show_marks(self) -> None:
        """Mark the fields in which a suggested text is as it was inserted."""
        for editor in self._fields:
            editor.mark_unread(bool(unread_in((editor.text,), self.suggested)))

    def moved(self, before: Iterable[str], after: Iterable[str]) -> None:
        """Keep the marks of texts that a key has moved to other fields: nobody has read them for that."""
        if unread_in(before, self.suggested):
            self.suggested += tuple(text for text in after if text)
            self.show_marks()

    def open(self, subject: Subject) -> bool:
        """Offer suggestions about a photo, those that are known or new ones; False if there is no model to ask."""
        model = self._context.services.caption_model
        if model is None:
            return False
        if self._answered is not None and self._shown == subject.shown:
            self._offer(model, subject, self._answered)
        else:
            self._ask(model, subject)
        return True

    def _ask(self, model: CaptionModelPort, subject: Subject, before: tuple[str, ...] = ()) -> None:
        def offer(answered: Answered | None) -> None:
            if answered is None:
                self._caption.focus()
            else:
                self._shown, self._answered = subject.shown, answered
                self._offer(model, subject, answered)

        self._caption.app.push_screen(AskModelScreen(self._context, model, subject, before), offer)

    def _offer(self, model: CaptionModelPort, subject: Subject, answered: Answered) -> None:
        found = answered.found
        choices = [caption_choice(caption, subject.rules) for caption in found.captions]
        alt_text = [alt_text_choice(found.alt_text, subject.rules)] if found.alt_text else []

        def insert(picked: PickedText | None) -> None:
            if picked is _AGAIN:
                self._ask(model, subject, found.captions)
                return
            editor = self._alt_text if picked in alt_text else self._caption
            if picked is not None:
                self._insert(editor, picked.text)
            editor.focus()

        title = f"suggested by {one_line(found.model)} in {found.seconds:.1f} s"
        note = sent_words(answered.request, model.label)
        picker = PickTextScreen(title, [*choices, *alt_text, _AGAIN], "", note=note)
        self._caption.app.push_screen(picker, insert)

    def _insert(self, editor: CaptionEditor, text: str) -> None:
        self.suggested, self.ai_assisted = (*self.suggested, text), True
        editor.insert_apart(text)
        self.show_marks()
        self._changed()

    def asks_first(self, draft: Draft, verb: str, then: Callable[[], None]) -> bool:
        """Ask whether suggested texts were read; False if a draft has none that were not changed.

        The verb says what is about to be done with the draft, `then` is called once the user has confirmed.
        """
        unread = list(dict.fromkeys(draft.unread))
        if not unread:
            return False

        def confirmed(is_read: bool | None) -> None:
            if is_read:
                self.suggested = ()
                self.show_marks()
                self._changed()
                then()

        shown = unread[:_QUOTES]
        texts = [quoted(text, _QUOTED // len(shown)) for text in shown]
        more = f"And {len(unread) - len(shown)} more. " if len(unread) > len(shown) else ""
        what, it = ("this", "it") if len(unread) == 1 else ("these texts", "them")
        question = f"Your model wrote {what}, and you have not changed {it}:\n\n"
        question += "\n\n".join([*texts, f"{more}Have you read {it}?"])
        self._caption.app.push_screen(
            ConfirmScreen(
                "Suggested, not read yet",
                question,
                yes=f"{verb} as it is",
                no="Go back",
                own=self._context.keys,
            ),
            confirmed,
        )
        return True
