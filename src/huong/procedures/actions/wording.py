"""Words that citizens write freely: what cannot be kept is refused by the name of its box, never cut off in silence."""

import unicodedata

from django.utils.translation import gettext as _

from huong.base.errors import BadInput


def require_keepable(words: str, *, label: str, field: str, most: int) -> None:
    """Refuse words that are too long or hold a sign that cannot be kept.

    Args:
        label: how the box is called on the page, in the reader's language.
        field: its name, for the API.
        most: how many characters it takes.

    Raises:
        BadInput: in a sentence that names the box.
    """
    if any(unicodedata.category(sign) in {"Cc", "Cs"} and sign not in "\n\r\t" for sign in words):
        raise BadInput(
            _("“%(label)s” holds a sign that cannot be kept. Please type it again.") % {"label": label},
            code="cannot_be_kept",
            field=field,
        )
    if len(words.strip()) > most:
        raise BadInput(
            _("“%(label)s” is too long; at most %(most)s characters.") % {"label": label, "most": most},
            code="too_long",
            field=field,
        )
