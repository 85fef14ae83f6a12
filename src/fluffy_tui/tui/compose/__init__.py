"""The composer: caption form, time, fit and preflight of one post."""

from fluffy_tui.tui.compose.caption_form import CaptionForm
from fluffy_tui.tui.compose.caption_screen import CaptionScreen, PhotosScreen
from fluffy_tui.tui.compose.preflight import (
    Level,
    Mark,
    PreflightInput,
    people_marks,
    preflight_marks,
    text_marks,
    time_marks,
)
from fluffy_tui.tui.compose.screen import ComposeScreen
from fluffy_tui.tui.compose.submitter import damage_question, submit_all
from fluffy_tui.tui.compose.when.forecast import load_agenda, runway_words
from fluffy_tui.tui.photo.same_picture import find_earlier_post, find_outside_post

__all__ = [
    "CaptionForm",
    "CaptionScreen",
    "ComposeScreen",
    "Level",
    "Mark",
    "PhotosScreen",
    "PreflightInput",
    "damage_question",
    "find_earlier_post",
    "find_outside_post",
    "load_agenda",
    "people_marks",
    "preflight_marks",
    "runway_words",
    "submit_all",
    "text_marks",
    "time_marks",
]
