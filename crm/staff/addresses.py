"""Where a request comes from, as far as it can be believed."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """The address that throttles and the audit trail count: PROXY_COUNT steps from the right of X-Forwarded-For.

    What stands further left was written by the sender and is not believed.
    """
    address = request.META.get("REMOTE_ADDR", "")
    if settings.PROXY_COUNT:
        way = [part.strip() for part in request.headers.get("x-forwarded-for", "").split(",") if part.strip()]
        if len(way) >= settings.PROXY_COUNT:
            address = way[-settings.PROXY_COUNT]
    try:
        return str(ipaddress.ip_address(address.strip("[]")))
    except ValueError:
        return None  # a unix socket, or nonsense in the header


def network(address: str | None) -> str:
    """What counts as one sender: an IPv4 address, or the /64 that one IPv6 customer is given."""
    if not address:
        return "unknown"
    ip = ipaddress.ip_address(address)
    if ip.version == 4:
        return address
    if ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return str(ipaddress.ip_network(f"{address}/64", strict=False).network_address)


def address_of(request: HttpRequest) -> str:
    """The sender of a request as throttles of public pages count it."""
    return network(client_address(request))
