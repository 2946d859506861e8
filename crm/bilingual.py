"""Words that administrators write in both languages, and the one the reader gets."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


def is_chinese(language: str | None = None) -> bool:
    return (language or get_language() or "").lower().startswith("zh")


def pick(english: str, chinese: str, language: str | None = None) -> str:
    """The text in `language` (default: the active one); the other one where that is empty."""
    return (chinese or english) if is_chinese(language) else (english or chinese)


class Bilingual(models.Model):
    """A name in English and Chinese. At least one is given; a missing one falls back to the other."""

    name_en = models.CharField(_("name (English)"), max_length=120, blank=True)
    name_zh = models.CharField(_("name (Chinese)"), max_length=120, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(name_en="", name_zh=""),
                name="%(app_label)s_%(class)s_has_a_name",
                violation_error_message=_("Give a name in at least one language."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return pick(self.name_en, self.name_zh)
