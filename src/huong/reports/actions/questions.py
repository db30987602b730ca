"""What a category asks for: answered as asked, before anything is written."""

from collections.abc import Mapping

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from huong.base.errors import BadInput
from huong.reports.rules.nouns import Category, Question


def require_answers(category: Category, asks: Mapping[str, str]) -> None:
    """Refuse a compulsory question without an answer, and an answer that is none of the choices.

    Raises:
        BadInput: with the question.
    """
    for question in category.questions:
        value = str(asks.get(question.code, "")).strip()
        if question.required and not value:
            raise BadInput(_("Please answer: %(question)s") % {"question": _words(question)}, field=question.code)
        if value and not _fits(question, value):
            raise BadInput(
                _("“%(answer)s” is no answer to: %(question)s") % {"answer": value[:60], "question": _words(question)},
                field=question.code,
            )


def _words(question: Question) -> str:
    return question.text_en if (get_language() or "vi").startswith("en") else question.text


def _fits(question: Question, value: str) -> bool:
    if question.kind == "number":
        return value.replace(",", ".", 1).replace(".", "", 1).isdigit()
    if question.kind == "choice":
        return value in question.choices
    return question.kind != "yesno" or value in {"yes", "no"}
