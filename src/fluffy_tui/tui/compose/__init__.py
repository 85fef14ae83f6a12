"""The composer: caption form, time, fit and preflight of one post."""

from fluffy_tui.tui.compose.caption_form import CaptionForm as CaptionForm
from fluffy_tui.tui.compose.caption_screen import CaptionScreen as CaptionScreen
from fluffy_tui.tui.compose.caption_screen import PhotosScreen as PhotosScreen
from fluffy_tui.tui.compose.preflight import Level as Level
from fluffy_tui.tui.compose.preflight import Mark as Mark
from fluffy_tui.tui.compose.preflight import PreflightInput as PreflightInput
from fluffy_tui.tui.compose.preflight import people_marks as people_marks
from fluffy_tui.tui.compose.preflight import preflight_marks as preflight_marks
from fluffy_tui.tui.compose.preflight import text_marks as text_marks
from fluffy_tui.tui.compose.preflight import time_marks as time_marks
from fluffy_tui.tui.compose.screen import ComposeScreen as ComposeScreen
from fluffy_tui.tui.compose.submitter import damage_question as damage_question
from fluffy_tui.tui.compose.submitter import submit_all as submit_all
from fluffy_tui.tui.compose.when.forecast import load_agenda as load_agenda
from fluffy_tui.tui.compose.when.forecast import runway_words as runway_words
from fluffy_tui.tui.photo.same_picture import find_earlier_post as find_earlier_post
from fluffy_tui.tui.photo.same_picture import find_outside_post as find_outside_post
