"""Texts of messages: Django templates in the reader's language.

A template is `messages/<name>.txt` of any package: its first line is the subject, the rest the body. Its
words are written with `{% blocktranslate %}`, so each exists in Vietnamese and in English.
"""

from collections.abc import Mapping

from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.utils import translation


def write(template: str, context: Mapping[str, object], *, language: str) -> tuple[str, str]:
    """Return subject and body of a message.

    Args:
        template: the name, such as "verify" for `messages/verify.txt`.
        context: what the template names.
        language: "vi" or "en".

    Raises:
        TemplateDoesNotExist: no package has such a template.
    """
    with translation.override(language):
        text = get_template(f"messages/{template}.txt").render(dict(context))
    subject, _newline, body = text.strip().partition("\n")
    return subject.strip(), body.strip() + "\n"


def exists(template: str) -> bool:
    """Return whether some package has a template of this name."""
    try:
        get_template(f"messages/{template}.txt")
    except TemplateDoesNotExist:
        return False
    return True
