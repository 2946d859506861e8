"""Who somebody is: user name or work e-mail with a password. The one door, for pages and settings alike."""

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from crm.staff.models import User

DEMO_PASSWORD = "demo"


def find(typed: str) -> User | None:
    """The person with this user name, else the only active one with this e-mail address."""
    typed = typed.strip()
    if not typed or "\0" in typed or len(typed) > 254:
        return None
    user = User.objects.select_related("team").filter(username__iexact=typed).first()
    if user is None and "@" in typed:
        found = list(User.objects.active().select_related("team").filter(email__iexact=typed)[:2])
        user = found[0] if len(found) == 1 else None
    return user


class StaffBackend(ModelBackend):
    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs
    ) -> User | None:
        if not username or password is None:
            return None
        user = find(username)
        if user is None:
            User().set_password(password)  # takes as long as for somebody who exists
            return None
        fits = user.check_password(password)
        if password == DEMO_PASSWORD and not settings.DEMO_ALLOWED:
            return None  # a copy of the demo data must not open a real house
        return user if fits and self.user_can_authenticate(user) else None

    def get_user(self, user_id: int) -> User | None:
        # With the team: every page asks how far the reader sees, and that begins there.
        user = User.objects.select_related("team").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
