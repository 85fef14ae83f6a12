"""What each channel of a post gets while it is written."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, strategies as st

from fluffy_tui.buffer import ShareMode
from fluffy_tui.media import Fit, Framing
from fluffy_tui.scheduling import ChannelChoice
from fluffy_tui.tui.session.drafts import Draft
from fluffy_tui.tui.session.post_channels import PostChannels
from tui.fakes import CHANNELS, NOW, make_persona

PERSONA = make_persona(1, "sarah", *CHANNELS[:3])
MAIN, SECOND, THIRD = (channel.id for channel in CHANNELS[:3])
LATER = NOW + timedelta(days=1)


def test_a_persona_without_a_channel_has_only_what_is_shared() -> None:
    channels = PostChannels.of(make_persona(1, "sarah"), Draft("fog"))
    assert (channels.ids, channels.current_id, channels.choices) == ((), None, [])
    assert channels.shown == Draft("fog")
    assert channels.with_shown(Draft("sea"), None).draft == Draft("sea")
    assert channels.toggled() == channels
    assert [caption for _, caption in channels.captions] == ["fog"]


def test_other_channels_get_what_the_main_one_gets() -> None:
    channels = PostChannels.of(PERSONA, Draft("fog")).with_shown(Draft("sea", first_comment="first!"), None)
    assert all(channels.on_channel(id_) == Draft("sea", first_comment="first!") for id_ in channels.ids)
    assert [choice.caption for choice in channels.choices] == [None, None, None]


def test_what_is_changed_on_a_channel_is_its_own() -> None:
    there = PostChannels.of(PERSONA, Draft("fog")).at(1)
    changed = there.with_shown(
        Draft("fog here", "a pier", ShareMode.CUSTOM_SCHEDULED, LATER), Framing(Fit.CROP)
    )
    assert changed.choice(SECOND) == ChannelChoice(
        SECOND, "fog here", ShareMode.CUSTOM_SCHEDULED, LATER, Framing(Fit.CROP)
    )
    assert changed.shared == Draft("fog", "a pier"), "alt texts are the same everywhere"
    assert changed.on_channel(THIRD) == Draft("fog", "a pier")
    again = changed.with_shown(Draft("fog", "a pier"), None)
    assert again.own == ()


def test_a_time_is_for_all_channels_or_for_one_with_the_others_off() -> None:
    channels = PostChannels.of(PERSONA, Draft("fog", off=(THIRD,)))
    for_all = channels.with_time(MAIN, LATER)
    assert for_all.draft == Draft("fog", "", ShareMode.CUSTOM_SCHEDULED, LATER, off=(THIRD,))
    assert channels.with_time(None, LATER) == channels.with_time("gone", LATER) == for_all
    alone = channels.with_time(THIRD, LATER)
    assert alone.current_id == THIRD and alone.choices == [
        ChannelChoice(THIRD, share_mode=ShareMode.CUSTOM_SCHEDULED, at=LATER)
    ]
    assert alone.draft.off == (MAIN, SECOND) and alone.shared == channels.shared


def test_hashtags_move_on_all_channels_that_share_the_texts() -> None:
    channels = PostChannels.of(PERSONA, Draft("fog #sea"))
    moved = channels.with_moved_hashtags("fog", "#sea")
    assert moved == PostChannels.of(PERSONA, Draft("fog", first_comment="#sea"))
    assert moved.with_moved_hashtags("fog #sea", "") == channels


def test_hashtags_that_move_stay_in_the_caption_where_the_network_has_no_first_comment() -> None:
    """That caption follows the shared one, until the user changes it there."""
    moved = PostChannels.of(PERSONA, Draft("fog", first_comment="first! #sea"))
    assert [moved.on_channel(id_).caption for id_ in moved.ids] == ["fog", "fog\n\n#sea", "fog"]
    assert [(choice.caption, choice.first_comment) for choice in moved.choices] == [
        (None, None),
        ("fog\n\n#sea", ""),
        (None, None),
    ]
    further = moved.with_shown(Draft("fog again", first_comment="first! #sea"), None)
    assert further.on_channel(SECOND).caption == "fog again\n\n#sea"
    there = further.at(1)
    assert there.with_shown(there.shown, None) == there
    own = there.with_shown(replace(there.shown, caption="fog again"), None)
    assert own.choice(SECOND).caption == "fog again" == own.on_channel(SECOND).caption
    assert PostChannels.of(PERSONA, own.draft).on_channel(SECOND).caption == "fog again"


def test_a_channel_that_was_given_no_first_comment_gets_no_hashtags_of_it_either() -> None:
    """An undone post comes back as it was submitted."""
    undone = Draft("fog", first_comment="#sea", channels=(ChannelChoice(SECOND, first_comment=""),))
    channels = PostChannels.of(PERSONA, undone)
    assert channels.on_channel(SECOND).caption == "fog"
    there = channels.at(1)
    assert there.with_shown(there.shown, None).draft == undone


def test_an_undone_caption_with_the_hashtags_follows_the_shared_one_again() -> None:
    second, third = (ChannelChoice(id_, "fog\n\n#sea", first_comment="") for id_ in (SECOND, THIRD))
    undone = Draft("fog", first_comment="#sea", channels=(second, third))
    channels = PostChannels.of(PERSONA, undone)
    assert channels.own == (third,), "that network has first comments"
    corrected = channels.with_shown(Draft("fogs", first_comment="#sea"), None)
    assert corrected.on_channel(SECOND).caption == "fogs\n\n#sea"
    timed = replace(second, share_mode=ShareMode.CUSTOM_SCHEDULED, at=LATER)
    channels = PostChannels.of(PERSONA, replace(undone, channels=(timed,)))
    assert channels.own == (ChannelChoice(SECOND, share_mode=ShareMode.CUSTOM_SCHEDULED, at=LATER),)


def test_a_channel_with_a_text_of_its_own_keeps_both_when_hashtags_move() -> None:
    own_caption = PostChannels.of(PERSONA, Draft("fog", first_comment="#sea")).at(2)
    own_caption = own_caption.with_shown(Draft("pier", first_comment="#sea"), None).at(0)
    moved = own_caption.with_moved_hashtags("fog\n\n#sea", "")
    assert moved.on_channel(THIRD) == Draft("pier", first_comment="#sea")
    own_comment = PostChannels.of(PERSONA, Draft("fog #sea")).at(2)
    own_comment = own_comment.with_shown(Draft("fog #sea", first_comment="first!"), None).at(0)
    moved = own_comment.with_moved_hashtags("fog", "#sea")
    assert moved.on_channel(THIRD) == Draft("fog #sea", first_comment="first!")


def test_hashtags_that_move_on_another_channel_move_only_there() -> None:
    there = PostChannels.of(PERSONA, Draft("fog #sea")).at(2)
    assert there.with_moved_hashtags("fog", "#sea") == there


def test_the_last_channel_comes_after_no_other() -> None:
    channels = PostChannels.of(PERSONA, Draft())
    assert channels.at(9).current_id == THIRD
    assert channels.at(-1).current_id == MAIN
    assert channels.at(1).current.buffer_channel_id == SECOND


def test_channels_that_the_persona_lost_are_left_out_of_a_draft() -> None:
    draft = Draft(
        "fog", channels=(ChannelChoice("gone", "old"), ChannelChoice(SECOND, "new")), off=("gone", THIRD)
    )
    channels = PostChannels.of(PERSONA, draft)
    assert channels.on == (MAIN, SECOND)
    assert channels.draft == Draft("fog", channels=(ChannelChoice(SECOND, "new"),), off=(THIRD,))


_captions = st.sampled_from(["", "fog", "fog here", "sea"])
_moves = st.lists(
    st.one_of(
        st.tuples(st.just("go"), st.integers(0, 2)),
        st.tuples(st.just("type"), _captions),
        st.tuples(st.just("toggle"), st.none()),
    ),
    max_size=20,
)


@given(_moves)
def test_a_channel_gets_what_was_typed_there_last_or_else_on_the_main_one(
    moves: list[tuple[str, object]],
) -> None:
    channels = PostChannels.of(PERSONA, Draft())
    typed: dict[str, str | None] = {SECOND: None, THIRD: None}
    shared, off = "", set[str]()
    for move, argument in moves:
        if move == "go":
            channels = channels.at(int(str(argument)))
        elif move == "toggle":
            channels = channels.toggled()
            off ^= {str(channels.current_id)}
        else:
            caption = str(argument)
            channels = channels.with_shown(Draft(caption), channels.framing)
            if channels.index == 0:
                shared = caption
            else:
                typed[str(channels.current_id)] = None if caption == shared else caption
    expected = {MAIN: shared} | {id_: shared if own is None else own for id_, own in typed.items()}
    assert {id_: channels.on_channel(id_).caption for id_ in channels.ids} == expected
    assert set(channels.on) == set(channels.ids) - off
    assert PostChannels.of(PERSONA, channels.draft) == channels.at(0)
