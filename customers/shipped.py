"""What a new installation begins with: the tiers and the guard's thresholds. Only where a table is empty."""

from typing import Any

from customers.models import GuardRule, Tier

TIERS = (("VIP", "VIP"), ("Key", "重点"), ("Normal", "普通"), ("Small", "小客户"))


def ship(**_signal: Any) -> None:
    if not Tier.objects.exists():
        Tier.objects.bulk_create(
            Tier(name_en=english, name_zh=chinese, position=place) for place, (english, chinese) in enumerate(TIERS)
        )
    if not GuardRule.objects.exists():
        GuardRule.objects.create()
