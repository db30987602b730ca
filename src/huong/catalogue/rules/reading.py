"""Reading YAML with the place of every value, so that a problem can point at its line."""

import re
from typing import Any, Final

import yaml

from huong.base.plain_yaml import MAX_DEPTH, BoundedLoader
from huong.base.text import noop
from huong.catalogue.rules.problems import Document, Path, Problem

MAX_BYTES: Final = 1_000_000
MAX_VALUES: Final = 50_000
LARGEST: Final = 1e30


class PlainLoader(BoundedLoader):
    """Safe YAML in which only true and false are booleans and dates stay texts.

    YAML 1.1 would read the code "NO" as false and 2026-01-01 as a date object.
    """

    yaml_implicit_resolvers = {
        first: [pair for pair in found if pair[0] not in ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")]
        for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


PlainLoader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)


def read(text: str) -> Document:
    """Read a contract's text.

    Returns:
        The document; its value is None if the text could not be read, and then a problem says why.

    >>> document = read("id: drains\\nversion: 1.0.0\\n")
    >>> document.value["id"], document.place(("version",))
    ('drains', (2, 10))
    """
    document = Document(None)
    if len(text.encode()) > MAX_BYTES:
        document.add(
            (), noop("The file is larger than %(limit)s kB. A contract holds no data."), limit=MAX_BYTES // 1000
        )
        return document
    try:
        document.value = _read(text, document)
    except yaml.MarkedYAMLError as error:
        document.problems.append(_problem_of(error))
    except (yaml.YAMLError, ValueError):
        document.add((), noop("The file holds characters that are not text. Save it as UTF-8 and try again."))
    return document


def _read(text: str, document: Document) -> Any:
    loader = PlainLoader(text)
    node = loader.get_single_node()
    if not isinstance(node, yaml.MappingNode):
        document.add((), noop("This is not a contract: it should begin with “apiVersion:”."))
        return None
    return _Walk(loader, document).value_of(node, ())


def _problem_of(error: yaml.MarkedYAMLError) -> Problem:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    sentence = noop("The text breaks off or is indented wrongly here: %(reason)s.")
    if error.problem == "*":
        sentence = noop("Please write the part out instead of pointing to it with “*”.")
    if "\\t" in str(error.problem) or "'\\t'" in str(error):
        sentence = noop("Please indent with spaces instead of a tab: %(reason)s.")
    return Problem(line, column, sentence, {"reason": error.problem or error.context or "?"})


class _Walk:
    """Turns nodes into values and notes where each stands."""

    def __init__(self, loader: PlainLoader, document: Document) -> None:
        self.loader = loader
        self.document = document
        self.count = 0

    def value_of(self, node: yaml.Node, path: Path) -> Any:
        """Return the value of a node."""
        self.count += 1
        if self.count > MAX_VALUES or len(path) > MAX_DEPTH:
            raise yaml.MarkedYAMLError(problem="too many parts", problem_mark=node.start_mark)
        self.document.places[path] = (node.start_mark.line + 1, node.start_mark.column + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value_of(child, (*path, position)) for position, child in enumerate(node.value)]
        value = self.loader.construct_object(node)  # type: ignore[no-untyped-call]
        if isinstance(value, int | float) and not abs(value) < LARGEST:
            raise yaml.MarkedYAMLError(problem="too large a number", problem_mark=node.start_mark)
        return value

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name_node, value_node in node.value:
            name = str(name_node.value) if isinstance(name_node, yaml.ScalarNode) else "?"
            here = (*path, name)
            twice = name in found
            self.document.names[here] = (name_node.start_mark.line + 1, name_node.start_mark.column + 1)
            if twice:
                self.document.add(here, noop("“%(label)s” is written twice here. Keep one."), name=True, label=name)
            found[name] = self.value_of(value_node, here)
        return found
