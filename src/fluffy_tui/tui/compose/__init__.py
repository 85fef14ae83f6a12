"""The composer: caption form, time, fit and preflight of one post."""

from fluffy_tui.tui.compose.caption_form import CaptionForm as CaptionForm
from fluffy_tui.tui.compose.caption_screen import CaptionScreen as CaptionScreen, PhotosScreen as PhotosScreen
from fluffy_tui.tui.compose.preflight import (
    Level as Level,
    Mark as Mark,
    PreflightInput as PreflightInput,
    people_marks as people_marks,
    preflight_marks as preflight_marks,
    text_marks as text_marks,
    time_marks as time_marks,
)
from fluffy_tui.tui.compose.screen import ComposeScreen as ComposeScreen
from fluffy_tui.tui.compose.submitter import (
    comment_question as comment_question,
    damage_question as damage_question,
    submit_all as submit_all,
)
from fluffy_tui.tui.compose.when.forecast import load_agenda as load_agenda, runway_words as runway_words
