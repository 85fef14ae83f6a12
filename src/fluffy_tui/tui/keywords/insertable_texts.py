"""What was written about a photo before it is posted, as texts for its caption and alt text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fluffy_tui.networks import hashtags
from fluffy_tui.photos import Keyword, PhotoTexts
from fluffy_tui.tui.snippets import PickedText
from fluffy_tui.tui.text.words import one_line, shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fluffy_tui.tui.ports import Services

_NOTHING = PhotoTexts()
_NOT_IN_HASHTAGS = re.compile(r"[\W]+")


@dataclass(frozen=True, slots=True)
class InsertableTexts:
    """Texts of one photo, from XMP and from its picture, and its keywords."""

    texts: PhotoTexts = _NOTHING
    keywords: Sequence[Keyword] = ()

    @property
    def hashtags(self) -> tuple[str, ...]:
        """The keywords that can be hashtags, as such: `#blacksand` for `black sand`."""
        written = (f"#{_NOT_IN_HASHTAGS.sub('', keyword.word)}" for keyword in self.keywords)
        return tuple(dict.fromkeys(one for one in written if hashtags(one) == (one,)))

    def choices(self, *, for_alt_text: bool, longest: int | None = None) -> list[PickedText]:
        """Return what can be inserted into alt text or caption, the likeliest first.

        What was read in the picture is cut to `longest` characters.
        """
        texts = self.texts
        in_picture = one_line(texts.in_picture)
        if longest is not None:
            in_picture = shortened(in_picture, longest)
        alt_text = [PickedText("alt text of the photo", one_line(texts.alt_text), texts.alt_text)]
        others = [
            PickedText("description of the photo", one_line(texts.description), texts.description),
            PickedText("keywords of the photo", " ".join(self.hashtags), " ".join(self.hashtags)),
            PickedText("title of the photo", one_line(texts.title), texts.title),
        ]
        shown = PickedText("text in the picture", in_picture, in_picture)
        found = [*alt_text, shown, *others] if for_alt_text else [*others, *alt_text]
        return [choice for choice in found if choice.text]


async def load_written(services: Services, photo_id: int) -> InsertableTexts:
    """Load what was written about a photo."""
    texts = (await services.photos.texts([photo_id])).get(photo_id, PhotoTexts())
    return InsertableTexts(texts, (await services.keywords.of([photo_id])).get(photo_id, ()))
