"""The quality rules of a contract: the standard's own metrics on fields, and conditions over a row."""

import re
from typing import Any, Final

from huong.base.text import noop
from huong.catalogue.rules import conditions
from huong.catalogue.rules.fields import FieldSpec, RuleSpec, Severity
from huong.catalogue.rules.parts import Extras, items
from huong.catalogue.rules.problems import Document, Path

NAME: Final = re.compile(r"^[a-z][a-z0-9_]{0,62}$")
_SEVERITIES: Final[dict[str, Severity]] = {
    "reject": "reject",
    "error": "reject",
    "flag": "flag",
    "warning": "flag",
    "info": "flag",
}
_METRICS: Final = {
    "nullValues": "required",
    "missingValues": "required",
    "duplicateValues": "unique",
    "invalidValues": "values",
}


def severity_of(document: Document, check: dict[str, Any], path: Path) -> Severity:
    """Return what a rule does with a row that breaks it: refuse it, unless the rule says flag."""
    written = str(check.get("severity", "reject"))
    if written not in _SEVERITIES:
        document.add((*path, "severity"), noop("The severity is “reject” (the row waits for repair) or “flag”."))
    return _SEVERITIES.get(written, "reject")


def library_checks(document: Document, part: dict[str, Any], path: Path) -> dict[str, tuple[Severity, Any]]:
    """Return the standard's metrics on a field: kind of check to severity and allowed values."""
    found: dict[str, tuple[Severity, Any]] = {}
    for position, check in items(part, "quality"):
        here = (*path, "quality", position)
        metric = check.get("metric")
        if metric is None and check.get("type") == "text":
            continue
        kind = _METRICS.get(str(metric))
        if kind is None:
            document.add(here, noop("On a field Hương checks nullValues, invalidValues and duplicateValues. "
                                    "Rules over several fields stand at the table."))  # fmt: skip
            continue
        if check.get("mustBe") != 0:
            document.add(here, noop("Hương decides row by row, so this rule needs “mustBe: 0”."))
        found[kind] = (severity_of(document, check, here), _valid_values(document, check, here))
    return found


def _valid_values(document: Document, check: dict[str, Any], path: Path) -> list[Any] | None:
    arguments = check.get("arguments")
    listed = arguments.get("validValues") if isinstance(arguments, dict) else arguments
    if listed is not None and (not isinstance(listed, list) or not isinstance(arguments, dict)):
        document.add((*path, "arguments"), noop("Here should stand a list, each line beginning with “-”."))
        return None
    return listed


def rules_of(document: Document, table: dict[str, Any], fields: tuple[FieldSpec, ...]) -> tuple[RuleSpec, ...]:
    """Return the rules over several fields, which stand at the table."""
    found: dict[str, RuleSpec] = {}
    for position, check in items(table, "quality"):
        here: Path = ("schema", 0, "quality", position)
        if check.get("type") == "text" or check.get("metric") is not None:
            _require_known_metric(document, check, here)
            continue
        rule = _rule(document, check, here, {field.name for field in fields})
        if rule is None:
            continue
        if rule.name in found:
            document.add(here, noop("Two rules are called “%(label)s”. Names must differ."), label=rule.name)
        found[rule.name] = rule
    return tuple(found.values())


def _require_known_metric(document: Document, check: dict[str, Any], path: Path) -> None:
    if check.get("type") != "text":
        document.add(
            path,
            noop(
                "At the table Hương takes conditions: type custom, engine huong. The number of rows goes into “expectedRows”."
            ),
        )


def _rule(document: Document, check: dict[str, Any], path: Path, names: set[str]) -> RuleSpec | None:
    name = str(check.get("name") or "")
    if not NAME.match(name):
        document.add(path, noop("A rule needs a name of small letters, digits and _."))
        return None
    try:
        condition = _condition(check)
    except conditions.NotACondition as error:
        document.add(path, noop("“%(part)s” is not a condition over the fields of one row."), part=error.args[0])
        return None
    unknown = [field for field in conditions.fields_of(condition) if field not in names]
    if unknown:
        document.add(path, noop("The rule names “%(label)s”, which is no field of this contract."), label=unknown[0])
        return None
    extras = Extras(document, check, path)
    message = str(check.get("description") or name)
    return RuleSpec(
        name=name,
        condition=condition,
        severity=severity_of(document, check, path),
        message_vi=message,
        message_en=extras.text("descriptionEn") or message,
        fields=conditions.fields_of(condition),
    )


def _condition(check: dict[str, Any]) -> str:
    """Return the condition of a custom rule, or of the standard's counting query.

    Raises:
        NotACondition: it is neither.
    """
    if check.get("type") == "sql":
        if check.get("mustBe") != 0:
            raise conditions.NotACondition("mustBe")
        return conditions.condition_of_query(str(check.get("query", "")))
    if check.get("engine") != "huong" or not isinstance(check.get("implementation"), str):
        raise conditions.NotACondition(f"engine: {check.get('engine')}")
    condition = str(check["implementation"]).strip()
    conditions.parse(condition)
    return condition
