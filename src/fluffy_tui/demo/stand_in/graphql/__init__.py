"""The GraphQL side of the stand-in: endpoint, execution, limits, views."""
