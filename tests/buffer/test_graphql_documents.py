"""All requests are valid according to Buffer's published schema."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, build_schema, parse, validate
from graphql.execution.values import get_variable_values

from buffer.scripted_buffer import new_post
from fluffy_tui.buffer import BufferStatus, NewPicture, PeopleTag, Service, ShareMode, graphql_documents
from fluffy_tui.buffer.graphql_documents import (
    CHANNEL,
    CHANNELS,
    CREATE_POST,
    DELETE_POST,
    EDIT_POST,
    POST,
    POSTS,
    Operation,
)
from fluffy_tui.buffer.request_variables import create_input, edit_input, posts_input

SCHEMA_FILE = Path(__file__).parents[3] / "shared" / "buffer-schema.graphql"
OPERATIONS = [item for item in vars(graphql_documents).values() if isinstance(item, Operation)]
NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    """Return Buffer's schema, which is not part of this repository."""
    if not SCHEMA_FILE.exists():
        pytest.skip(f"Buffer's schema is not at {SCHEMA_FILE}")
    return build_schema(SCHEMA_FILE.read_text(encoding="utf-8"))


def variable_errors(schema: GraphQLSchema, operation: Operation, variables: dict[str, Any]) -> list[str]:
    """Coerce variables as a server does, and return its errors."""
    definitions = [d for d in parse(operation.document).definitions if isinstance(d, OperationDefinitionNode)]
    outcome = get_variable_values(schema, definitions[0].variable_definitions or (), variables)
    return [error.message for error in outcome] if isinstance(outcome, list) else []


@pytest.mark.parametrize(
    "operation",
    OPERATIONS,
    ids=lambda operation: operation.name,
)
def test_document_is_valid(schema: GraphQLSchema, operation: Operation) -> None:
    """Each document validates and has the name of its operation."""
    document = parse(operation.document)
    assert validate(schema, document) == []
    (definition,) = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    assert definition.name is not None
    assert definition.name.value == operation.name
    (root,) = definition.selection_set.selections
    assert getattr(root, "name").value == operation.field  # noqa: B009 -- a field node among selection nodes


@pytest.mark.parametrize("mode", ShareMode)
@pytest.mark.parametrize("service", Service)
def test_new_post_is_valid_input_for_every_network(
    schema: GraphQLSchema, service: Service, mode: ShareMode
) -> None:
    """Buffer accepts the input for every network and mode."""
    plain = new_post(service=service, share_mode=mode, due_at=NOON, pinterest_board_id="b1")
    picture = NewPicture("https://media.example.com/2.jpg", "a pier", (PeopleTag("ann", 0, 1),))
    full = replace(
        plain,
        pictures=(*plain.pictures, picture),
        first_comment="#fog",
        is_ai_generated=True,
        is_ai_assisted=True,
    )
    for new in (plain, full):
        assert variable_errors(schema, CREATE_POST, {"input": create_input(new)}) == []
        assert variable_errors(schema, EDIT_POST, {"input": edit_input("p1", new)}) == []


def test_invalid_input_is_detected(schema: GraphQLSchema) -> None:
    """The old form of `assets` is rejected, which shows that the check works."""
    wrong = create_input(new_post()) | {"assets": {"images": [{"url": "https://media.example.com/1.jpg"}]}}
    assert variable_errors(schema, CREATE_POST, {"input": wrong})


def test_other_variables_are_valid(schema: GraphQLSchema) -> None:
    """Filters, paging and ids are valid too."""
    conditions = posts_input(
        "o1",
        channel_ids=["c1"],
        created_after=NOON,
        statuses=list(BufferStatus),
    )
    assert variable_errors(schema, POSTS, {"input": conditions, "first": 50, "after": None}) == []
    assert variable_errors(schema, CHANNELS, {"input": {"organizationId": "o1"}}) == []
    for operation in (CHANNEL, POST, DELETE_POST):
        assert variable_errors(schema, operation, {"input": {"id": "x"}}) == []


def test_enums_are_those_of_the_schema(schema: GraphQLSchema) -> None:
    """No member is missing or misspelt."""
    for ours, theirs in ((Service, "Service"), (ShareMode, "ShareMode"), (BufferStatus, "PostStatus")):
        names = getattr(schema.type_map[theirs], "values")  # noqa: B009 -- an enum type among all types
        assert {str(member) for member in ours} == set(names)
