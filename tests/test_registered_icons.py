"""What the apps register at start-up names icons that the sprite has."""

from django.conf import settings

from crm.look import frame
from crm.staff import notices
from customers import search, timeline_kinds

LISTED = set((settings.BASE_DIR / "static" / "icons.txt").read_text().split())


def test_menus_timeline_bell_and_search_have_their_icons():
    asked = {item.icon for item in [*frame.nav_items(), *frame.new_items()]}
    asked |= {kind.icon for kind in timeline_kinds.all_kinds()}
    asked |= {kind.icon for kind in notices._kinds.values()}
    asked |= {source.icon for source in search._sources.values()}

    assert asked <= LISTED
