"""Which Pinterest board a post goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.buffer import Code
from fluffy_tui.scheduling.delivery.delivery_failure import DeliveryFailure

if TYPE_CHECKING:
    from fluffy_tui.buffer import Channel
    from fluffy_tui.scheduling.tables import PostRow


def board_of(post: PostRow, channel: Channel) -> str | None:
    """Return the board's id in Buffer; None on every other network.

    Raises:
        DeliveryFailure: there are several and none was chosen, or the chosen one is gone. The board is never guessed.
    """
    boards = [board.service_id for board in channel.pinterest_boards]
    if not boards:
        return None
    if post.pinterest_board_id in boards:
        return post.pinterest_board_id
    if len(boards) == 1:
        return boards[0]
    why = "The chosen board no longer exists." if post.pinterest_board_id else "No board is chosen."
    raise DeliveryFailure.final(
        Code.BOARD_MISSING,
        f"Nothing was sent to Pinterest {channel.name}. {why} "
        "Choose the persona's channel again with a board, then retry.",
    )
