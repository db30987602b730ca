"""Whether a procedure's document holds together: fields, sources, conditions, flow and results name what exists."""

from collections.abc import Iterator

from huong.procedures.rules import flow
from huong.procedures.rules.fields import FormField, steps_of
from huong.procedures.rules.nouns import Document
from huong.procedures.rules.sources import Source, source

APPLICANT: frozenset[str] = frozenset({"name", "national_id", "birth_date", "tax_code", "phone", "mail", "kind"})


def wrongs_of(made: Document) -> list[str]:
    """Return what is wrong with a document, each in a sentence for whoever writes it; empty if it holds together."""
    import jsonschema  # a procedure is drafted now and then, and this takes its time to load

    try:
        steps = steps_of(made.form)
        jsonschema.Draft202012Validator.check_schema(dict(made.form))
        flow.moves_of(made.flow)
    except (ValueError, jsonschema.SchemaError) as error:
        return [str(error).splitlines()[0]]
    fields = {each.path: each for step in steps for each in step.fields}
    return [*_conditions(made, fields), *_sources(made, fields), *_results(made, fields), *_flow(made)]


def _conditions(made: Document, fields: dict[str, FormField]) -> Iterator[str]:
    bearers = [(f"step {step.key}", step.when) for step in steps_of(made.form)]
    bearers += [(each.path, each.when) for each in fields.values()]
    bearers += [(need.key, need.when) for need in made.requirements]
    bearers += [(f"offer of {offer.procedure}", offer.when) for offer in made.offers]
    for name, when in bearers:
        yield from (f"{name} depends on {path}, which is no field" for path in when if path not in fields)
    yield from (f"{need.key} accepts nothing" for need in made.requirements if not need.accepts)


def _sources(made: Document, fields: dict[str, FormField]) -> Iterator[str]:
    named: list[tuple[str, Source]] = [(each.path, one) for each in fields.values() for one in each.sources]
    for need in made.requirements:
        for accepted in need.accepts:
            if accepted.source:
                try:
                    named.append((need.key, source(accepted.source)))
                except ValueError as error:
                    yield f"{need.key}: {error}"
    for path, one in named:
        yield from _source(path, one, fields)


def _source(path: str, one: Source, fields: dict[str, FormField]) -> Iterator[str]:
    if one.whom != "applicant" and one.whom not in fields:
        yield f"{path}: its source asks about {one.whom}, which is no field"
    if one.when[0] and one.when[0] not in fields:
        yield f"{path}: its source depends on {one.when[0]}, which is no field"
    if one.kind == "applicant" and one.part not in APPLICANT:
        yield f"{path}: nothing is known of the applicant's {one.part}"


def _results(made: Document, fields: dict[str, FormField]) -> Iterator[str]:
    for kind in made.results:
        for path in kind.fields:
            if path not in fields:
                yield f"the result {kind.key} says {path}, which is no field"
        if kind.subject != "applicant" and kind.subject not in fields:
            yield f"the result {kind.key} belongs to {kind.subject}, which is no field"


def _flow(made: Document) -> Iterator[str]:
    for state in (*made.flow.pauses, *made.flow.names):
        if state not in flow.STATES:
            yield f"the flow names {state}, which is no state"
