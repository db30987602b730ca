"""What a clerk reads under a wrong value names the thing, not our name for its type."""

import pytest

from huong.catalogue.rules.fields import FieldSpec
from huong.catalogue.rules.words import can_be_of_wrong_type, checks_of
from huong.catalogue.types import REGISTRY

TEXTS = [
    field
    for name in REGISTRY
    if REGISTRY[name].base == "string"
    and can_be_of_wrong_type(field := FieldSpec("value", "Giá trị", "Value", "string", semantic=name))
]


@pytest.mark.parametrize("field", TEXTS, ids=lambda field: field.semantic)
def test_no_sentence_shows_the_technical_name_of_a_type(field):
    found = next(check for check in checks_of((field,), (), ()) if check.kind == "type")
    assert field.semantic not in found.message_vi
    assert field.semantic not in found.message_en
