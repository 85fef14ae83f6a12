"""The stand-in's schema is a subset of Buffer's, name by name and type by type."""

from __future__ import annotations

from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
)

from fluffy_tui.demo import schema_sdl

PUBLISHED = Path(__file__).parents[5] / "shared" / "buffer-schema.graphql"


@pytest.fixture(scope="module")
def published() -> GraphQLSchema:
    if not PUBLISHED.exists():
        pytest.skip("Buffer's published schema is not beside this repository")
    return build_schema(PUBLISHED.read_text("utf-8"))


def test_everything_exists_in_buffers_schema(published: GraphQLSchema) -> None:
    own = build_schema(schema_sdl())
    checked = 0
    for name, ours in own.type_map.items():
        theirs = published.type_map[name]
        assert type(theirs).__name__ == type(ours).__name__, name
        if isinstance(ours, GraphQLObjectType | GraphQLInterfaceType):
            assert isinstance(theirs, GraphQLObjectType | GraphQLInterfaceType)
            for field, definition in ours.fields.items():
                other = theirs.fields[field]
                assert str(definition.type) == str(other.type), f"{name}.{field}"
                required = {key for key, each in other.args.items() if str(each.type).endswith("!")}
                assert required <= set(definition.args), f"{name}.{field}"
                for key, argument in definition.args.items():
                    assert str(argument.type) == str(other.args[key].type), f"{name}.{field}({key})"
                checked += 1
            assert {each.name for each in ours.interfaces} <= {each.name for each in theirs.interfaces}
        elif isinstance(ours, GraphQLInputObjectType):
            assert isinstance(theirs, GraphQLInputObjectType)
            assert set(ours.fields) == set(theirs.fields), name
            assert ours.is_one_of == theirs.is_one_of, name
            for field, entry in ours.fields.items():
                assert str(entry.type) == str(theirs.fields[field].type), f"{name}.{field}"
                checked += 1
        elif isinstance(ours, GraphQLEnumType):
            assert isinstance(theirs, GraphQLEnumType)
            assert set(ours.values) == set(theirs.values), name
        elif isinstance(ours, GraphQLUnionType):
            assert isinstance(theirs, GraphQLUnionType)
            assert {each.name for each in ours.types} <= {each.name for each in theirs.types}, name
    assert checked > 200


def test_errors_of_mutations_are_complete(published: GraphQLSchema) -> None:
    own = build_schema(schema_sdl())
    for name in ("PostActionPayload", "DeletePostPayload"):
        ours, theirs = own.type_map[name], published.type_map[name]
        assert isinstance(ours, GraphQLUnionType)
        assert isinstance(theirs, GraphQLUnionType)
        assert {each.name for each in ours.types} == {each.name for each in theirs.types}
