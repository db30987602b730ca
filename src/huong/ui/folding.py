"""Templates in which what never changes is written out once per language: a third of a page's tags say always the same.

Django translates a sentence, asks for the address of a file and draws an icon anew for each reader. Here a template is
kept once for each language, and such tags with constant arguments become text when it is loaded; neighbouring texts
become one. So a template must be loaded and rendered under the same language, as Django's `render` does.
"""

from contextlib import suppress
from typing import Any

from django.template import Context, Node, NodeList, Template
from django.template.base import FilterExpression, TextNode, TokenType
from django.template.defaulttags import CommentNode, IfNode, LoadNode
from django.template.library import SimpleNode
from django.template.loaders import cached
from django.template.loaders.base import Loader as BaseLoader
from django.templatetags.i18n import BlockTranslateNode, LanguageNode, TranslateNode
from django.templatetags.static import StaticNode
from django.utils.translation import get_language

from huong.ui import pieces

CONSTANT_TAGS = {pieces.icon, pieces.mark}  # the same arguments give the same markup


class _Folding(BaseLoader):
    def get_template(self, template_name: Any, skip: Any = None) -> Template:
        """Return a template as it is read, folded before anybody else can have it."""
        template = super().get_template(template_name, skip)
        fold(template)
        return template


class Loader(cached.Loader, _Folding):
    """Keeps each template once per language, folded when it is loaded for the first time in it."""

    def cache_key(self, template_name: Any, skip: Any = None) -> str:
        """Return the key of a template in the language that is active."""
        return f"{get_language()}:{super().cache_key(template_name, skip)}"


def fold(template: Template) -> None:
    """Write out in a template what says the same to every reader of the active language."""
    context = Context()
    with context.bind_template(template):
        _fold(template.nodelist, context)


def _fold(nodes: NodeList, context: Context) -> None:
    found: list[Node] = []
    for node in nodes:
        said = _said(node, context)
        if said is None:
            for below in _below(node):
                _fold(below, context)
            found.append(node)
        elif found and isinstance(found[-1], TextNode):
            found[-1] = _text(found[-1].s + said, found[-1])
        else:
            found.append(_text(said, node))
    nodes[:] = found


def _below(node: Node) -> list[NodeList]:
    if isinstance(node, LanguageNode):  # it speaks another language than the one that is active
        return []
    if isinstance(node, IfNode):
        return [nodes for _condition, nodes in node.conditions_nodelists]
    return [held for held in vars(node).values() if isinstance(held, NodeList)]


def _said(node: Node, context: Context) -> str | None:
    """Return what a node says always, or None."""
    if isinstance(node, TextNode):
        return node.s
    if isinstance(node, (CommentNode, LoadNode)):
        return ""
    if _is_constant(node):
        with suppress(ValueError):  # a file that was not collected: let it be said when the page is asked for
            return str(node.render(context))
    return None


def _is_constant(node: Node) -> bool:
    if isinstance(node, TranslateNode):
        return not (node.asvar or node.message_context) and _is_literal(node.filter_expression)
    if isinstance(node, StaticNode):
        return node.varname is None and _is_literal(node.path)
    if isinstance(node, BlockTranslateNode):
        return not (node.asvar or node.message_context or node.plural or node.extra_context) and all(
            token.token_type == TokenType.TEXT for token in node.singular
        )
    if isinstance(node, SimpleNode) and node.func in CONSTANT_TAGS and node.target_var is None:
        return all(_is_literal(each) for each in [*node.args, *node.kwargs.values()])
    return False


def _is_literal(expression: FilterExpression) -> bool:
    if expression.filters:
        return False
    return not expression.is_var or expression.var.literal is not None


def _text(said: str, like: Node) -> TextNode:
    node = TextNode(said)
    node.token, node.origin = like.token, like.origin
    return node
