"""From a request's body to GraphQL's reply: parse, validate, limit and execute, with Buffer's HTTP statuses."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache
from importlib import resources
from typing import Any, cast

from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLSyntaxError,
    ObjectFieldNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    Visitor,
    build_schema,
    execute,
    parse,
    validate,
    visit,
)

MOST_TOKENS = 15_000
DEEPEST = 25
MOST_ALIASES = 30
"""Limits of developers.buffer.com/guides/api-limits."""

TOO_COMPLEX = "Query exceeds maximum allowed complexity. Please simplify your query."

Reply = dict[str, Any]


def schema_sdl() -> str:
    """Return the stand-in's schema as SDL text."""
    return resources.files("fluffy_tui.demo.stand_in.graphql").joinpath("schema.graphql").read_text("utf-8")


@cache
def stand_in_schema() -> GraphQLSchema:
    """Return the stand-in's schema, with `DateTime` read as a timezone-aware `datetime`."""
    schema = build_schema(schema_sdl())
    moment = cast(GraphQLScalarType, schema.type_map["DateTime"])
    for name in ("parse_value", "coerce_input_value"):  # graphql-core 3.2 uses the first, 3.3 the second
        setattr(moment, name, _read_moment)
    return schema


def _read_moment(value: Any) -> datetime:
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            moment = None
        if moment is not None and moment.tzinfo is not None:
            return moment
    raise GraphQLError(f"DateTime must be an ISO 8601 date with a timezone, not {value!r}.")


@dataclass(frozen=True, slots=True)
class Request:
    """One request as the stand-in received it; the key is never part of it."""

    operation_name: str | None
    fields: frozenset[str]
    """The root fields that it selects, such as `createPost`."""
    variables: Mapping[str, Any]
    query: str
    user_agent: str = ""
    channels: frozenset[str] = frozenset()
    """Ids of the channels that it mentions."""
    posts: frozenset[str] = frozenset()
    """Ids of the posts that it mentions."""
    document: DocumentNode | None = field(default=None, repr=False, compare=False)
    errors: tuple[GraphQLError, ...] = field(default=(), repr=False)
    """Why it could not be parsed."""


def read_request(body: bytes, user_agent: str = "") -> Request:
    """Read as much of a request as possible; `answer` reports what is wrong with it."""
    try:
        payload = json.loads(body)
    except ValueError:
        payload = None
    if not isinstance(payload, dict) or not isinstance(payload.get("query"), str):
        return Request(
            None, frozenset(), {}, "", user_agent, errors=(GraphQLError("Must provide query string."),)
        )
    query, variables = payload["query"], payload.get("variables") or {}
    name = payload.get("operationName")
    try:
        document = _parsed(query)
    except GraphQLSyntaxError as error:
        return Request(name, frozenset(), variables, query, user_agent, errors=(error,))
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if name is None and operations and operations[0].name:
        name = operations[0].name.value
    roots = {
        node.name.value
        for operation in operations
        for node in operation.selection_set.selections
        if isinstance(node, FieldNode)
    }
    mentioned = _MentionedIds()
    visit(document, mentioned)
    mentioned.search(variables)
    return Request(
        name,
        frozenset(roots),
        variables,
        query,
        user_agent,
        frozenset(mentioned.channels),
        frozenset(mentioned.ids),
        document,
    )


@lru_cache(maxsize=64)
def _parsed(query: str) -> DocumentNode:
    return parse(query, max_tokens=MOST_TOKENS)


@lru_cache(maxsize=64)
def _refusal(query: str) -> Reply | None:
    """Return why a query is refused whatever its variables are; a client sends the same few again and again."""
    document = _parsed(query)
    errors = validate(stand_in_schema(), document)
    if errors:
        return _failure(errors, "GRAPHQL_VALIDATION_FAILED")
    return {"errors": [{"message": TOO_COMPLEX}]} if _too_complex(document) else None


class _MentionedIds(Visitor):
    """Collects the ids that a document or its variables mention."""

    def __init__(self) -> None:
        super().__init__()
        self.channels: set[str] = set()
        self.ids: set[str] = set()

    def enter_object_field(self, node: ObjectFieldNode, *_: object) -> None:
        if isinstance(node.value, StringValueNode):
            self._note(node.name.value, node.value.value)

    def search(self, value: Any, key: str = "") -> None:
        if isinstance(value, dict):
            for name, entry in value.items():
                self.search(entry, name)
        elif isinstance(value, list):
            for entry in value:
                self.search(entry, key)
        elif isinstance(value, str):
            self._note(key, value)

    def _note(self, key: str, value: str) -> None:
        if key in {"channelId", "channelIds"}:
            self.channels.add(value)
        elif key == "id":
            self.ids.add(value)


async def answer(request: Request, root: object) -> tuple[int, Reply]:
    """Carry out a request and return the HTTP status and body."""
    if request.document is None:
        return 400, _failure(request.errors, "GRAPHQL_PARSE_FAILED")
    if refusal := _refusal(request.query):
        return 400, refusal
    outcome = execute(
        stand_in_schema(),
        request.document,
        root,
        variable_values=dict(request.variables),
        operation_name=request.operation_name,
    )
    result: ExecutionResult = await outcome if inspect.isawaitable(outcome) else outcome
    if result.errors and result.data is None and all(error.path is None for error in result.errors):
        return 400, _failure(result.errors, "BAD_USER_INPUT")
    reply: Reply = {"data": result.data}
    if result.errors:
        reply |= _failure(result.errors, "UNEXPECTED")
    return 200, reply


def _failure(errors: list[GraphQLError] | tuple[GraphQLError, ...], code: str) -> Reply:
    entries = []
    for error in errors:
        entry: dict[str, Any] = {"message": _quoted(error.message)}
        if error.locations:
            entry["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
        if error.path:
            entry["path"] = list(error.path)
        entry["extensions"] = {"code": (error.extensions or {}).get("code", code)}
        entries.append(entry)
    return {"errors": entries}


def _quoted(message: str) -> str:
    """Put names in double quotes, as graphql-js does; graphql-core uses single quotes."""
    return re.sub(r"(?<!\w)'([^']*)'(?!\w)", r'"\1"', message)


def _too_complex(document: DocumentNode) -> bool:
    aliases = _Aliases()
    visit(document, aliases)
    fragments = {
        node.name.value: node.selection_set
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    depths = [
        _depth(node.selection_set, fragments)
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
    ]
    return aliases.count > MOST_ALIASES or max(depths) > DEEPEST


class _Aliases(Visitor):
    """Counts the aliased fields of a document."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def enter_field(self, node: FieldNode, *_: object) -> None:
        self.count += node.alias is not None


def _depth(selections: SelectionSetNode, fragments: Mapping[str, SelectionSetNode]) -> int:
    deepest = 0
    for node in selections.selections:
        if isinstance(node, FragmentSpreadNode):
            deepest = max(deepest, _depth(fragments[node.name.value], fragments))
        elif isinstance(node, FieldNode):
            below = _depth(node.selection_set, fragments) if node.selection_set else 0
            deepest = max(deepest, 1 + below)
        else:
            inner: SelectionSetNode = node.selection_set  # type: ignore[attr-defined]
            deepest = max(deepest, _depth(inner, fragments))
    return deepest
