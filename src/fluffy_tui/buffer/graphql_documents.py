"""Every GraphQL document that is sent to Buffer.

Each one validates against Buffer's published schema. Mutations select `__typename` and the `MutationError`
interface, so that an error type that Buffer adds later still has a message, as Buffer recommends.
"""

from __future__ import annotations

from dataclasses import dataclass

from fluffy_tui.buffer.errors import NextStep


@dataclass(frozen=True, slots=True)
class Operation:
    """One request: its name, root field and document."""

    name: str
    """For the log, and Buffer's `operationName`."""
    field: str
    """The root field, which is the key of the reply in `data`."""
    document: str
    in_doubt: NextStep = NextStep.RETRY
    """What to do when it is not known whether Buffer carried it out; reads and deletes can be repeated."""


_POST_FIELDS = """
fragment PostFields on Post {
  id status text channelId dueAt sentAt createdAt via externalLink
  error { message supportUrl }
  assets { source ... on ImageAsset { image { altText } } }
}
"""

_CHANNEL_FIELDS = """
fragment ChannelFields on Channel {
  id organizationId name displayName service serviceId timezone
  isDisconnected isLocked isQueuePaused
  postingSchedule { day times paused }
  metadata { __typename ... on PinterestMetadata { boards { serviceId name } } }
}
"""

_POST_ACTION = """
    __typename
    ... on PostActionSuccess { post { ...PostFields } }
    ... on RestProxyError { code }
    ... on MutationError { message }
"""

ACCOUNT = Operation(
    "Account",
    "account",
    "query Account { account { id timezone organizations { id name limits { scheduledPosts } } } }",
)
CHANNELS = Operation(
    "Channels",
    "channels",
    "query Channels($input: ChannelsInput!) { channels(input: $input) { ...ChannelFields } }"
    + _CHANNEL_FIELDS,
)
CHANNEL = Operation(
    "Channel",
    "channel",
    "query Channel($input: ChannelInput!) { channel(input: $input) { ...ChannelFields } }" + _CHANNEL_FIELDS,
)
POSTS = Operation(
    "Posts",
    "posts",
    """query Posts($input: PostsInput!, $first: Int, $after: String) {
  posts(input: $input, first: $first, after: $after) {
    edges { node { ...PostFields } }
    pageInfo { hasNextPage endCursor }
  }
}"""
    + _POST_FIELDS,
)
POST = Operation(
    "Post",
    "post",
    "query Post($input: PostInput!) { post(input: $input) { ...PostFields } }" + _POST_FIELDS,
)
METRICS = Operation(
    "Metrics",
    "posts",
    """query Metrics($input: PostsInput!, $first: Int, $after: String) {
  posts(input: $input, first: $first, after: $after) {
    edges { node { id metrics { type value unit } metricsUpdatedAt } }
    pageInfo { hasNextPage endCursor }
  }
}""",
)
SENT_POSTS = Operation(
    "SentPosts",
    "posts",
    """query SentPosts($input: PostsInput!, $first: Int, $after: String) {
  posts(input: $input, first: $first, after: $after) {
    edges { node { id text channelId dueAt sentAt createdAt externalLink assets { thumbnail } } }
    pageInfo { hasNextPage endCursor }
  }
}""",
)
CREATE_POST = Operation(
    "CreatePost",
    "createPost",
    f"mutation CreatePost($input: CreatePostInput!) {{ createPost(input: $input) {{ {_POST_ACTION} }} }}"
    + _POST_FIELDS,
    in_doubt=NextStep.LOOK_FIRST,
)
EDIT_POST = Operation(
    "EditPost",
    "editPost",
    f"mutation EditPost($input: EditPostInput!) {{ editPost(input: $input) {{ {_POST_ACTION} }} }}"
    + _POST_FIELDS,
    in_doubt=NextStep.LOOK_FIRST,
)
DELETE_POST = Operation(
    "DeletePost",
    "deletePost",
    """mutation DeletePost($input: DeletePostInput!) {
  deletePost(input: $input) {
    __typename
    ... on DeletePostSuccess { id }
    ... on MutationError { message }
  }
}""",
)
