"""What counts as an address that everybody can reach; foreign pictures and media hosts are tested with it, too."""

from __future__ import annotations

import pytest

from fluffy_tui.media.public_address import is_public_host


@pytest.mark.parametrize(
    "host", ["example.org", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_names_with_a_domain_and_public_addresses_may_be_reached(host: str) -> None:
    assert is_public_host(host)


@pytest.mark.parametrize(
    "host",
    [
        "nas",
        "nas.local",
        "10.0.0.7",
        "169.254.169.254",
        "::1",
        "::ffff:10.0.0.7",
        "2002:a00:7::",
        "224.0.0.1",
    ],
)
def test_what_only_a_network_of_ones_own_knows_may_not(host: str) -> None:
    assert not is_public_host(host)
