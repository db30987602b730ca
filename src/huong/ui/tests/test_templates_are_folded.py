"""What a template says always is written out once per language; what changes stays as it is."""

import pytest
from django.template import Context, Engine, TemplateDoesNotExist
from django.template.base import TextNode
from django.utils import translation

PAGE = """{% load i18n static %}<a href="{% static 'ui/mark.svg' %}">{% icon "search" %}{% translate "Search" %}</a>
{% if name %}{% blocktranslate %}Menu{% endblocktranslate %} {{ name }}{% else %}{% translate "Sign in" %}{% endif %}"""
OTHER = """{% load i18n %}{% language "en" %}{% translate "Search" %}{% endlanguage %} {% translate word %}"""
FILES = {"page.html": PAGE, "other.html": OTHER, "below.html": '{% extends "frame.html" %}{% block a %}{{ b }}{% endblock %}',
    "frame.html": '{% load i18n %}{% block a %}{% endblock %}{% translate "Search" %}'}  # fmt: skip


LIBRARIES = {"i18n": "django.templatetags.i18n", "static": "django.templatetags.static"}


def made(*loaders):
    """Return an engine that reads `FILES`."""
    return Engine(loaders=loaders, libraries=LIBRARIES, builtins=["huong.ui.templatetags.ui"])


@pytest.fixture
def engine():
    return made(("huong.ui.folding.Loader", [("django.template.loaders.locmem.Loader", FILES)]))


def plain(name, said):
    """Return what a template says without folding."""
    found = made(("django.template.loaders.locmem.Loader", FILES))
    return found.get_template(name).render(Context(said))


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("name", FILES)
def test_a_folded_template_says_what_it_said_before_in_each_language(engine, name, language):
    said = {"name": "<b>Lan</b>", "word": "Search", "b": "<i>"}
    for chosen in ("vi", language, "vi"):
        with translation.override(chosen):
            assert engine.get_template(name).render(Context(said)) == plain(name, said)


def test_what_is_always_the_same_is_one_text(engine):
    with translation.override("vi"):
        found = engine.get_template("page.html")
    assert [isinstance(each, TextNode) for each in found.nodelist] == [True, False]
    assert "Tìm" in found.nodelist[0].s
    assert len(found.nodelist.get_nodes_by_type(TextNode)) == 3


def test_each_language_keeps_its_own(engine):
    with translation.override("en"):
        english = engine.get_template("page.html")
    with translation.override("vi"):
        assert engine.get_template("page.html") is not english
        assert engine.get_template("page.html") is engine.get_template("page.html")


def test_a_template_nobody_has_is_said_each_time(engine):
    for _time in range(2):
        with pytest.raises(TemplateDoesNotExist):
            engine.get_template("none.html")


def test_nobody_gets_a_template_before_it_is_folded(engine, monkeypatch):
    seen = []
    (loader,) = engine.template_loaders
    monkeypatch.setattr("huong.ui.folding.fold", lambda template: seen.append(dict(loader.get_template_cache)))
    engine.get_template("page.html")
    assert seen == [{}]
