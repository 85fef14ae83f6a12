"""Which addresses are public: foreign pictures are only fetched from there, and so does Buffer fetch ours."""

from __future__ import annotations

import ipaddress

_UNICAST = ipaddress.IPv6Network("2000::/3")
"""All public addresses that are in use; Python counts some unused blocks as public, too."""
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")
"""Where a network without IPv4 maps servers that only have IPv4 (RFC 6052)."""
_PRIVATE_DOMAINS = (".local", ".localhost", ".lan", ".internal", ".home.arpa", ".localdomain")
"""Names that no public server has (RFC 6762, 6761, 8375, and what routers use)."""


def is_public_host(host: str) -> bool:
    """Return whether a name or an address in a URL may be reachable for everybody; no name is resolved."""
    try:
        return is_public_address(ipaddress.ip_address(host))
    except ValueError:
        return "." in host and not host.endswith(_PRIVATE_DOMAINS)


def is_public_address(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Return whether an address is public, and not another form of a private one."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _TRANSLATED:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        elif inner is None and address not in _UNICAST:
            return False
        address = inner or address
    return address.is_global and not address.is_multicast
