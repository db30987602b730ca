"""What `verify` finds from an export and the public keys alone."""

import stat

import orjson
import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huong.base import home
from huong.base.errors import BadInput, NotFound, Unavailable
from huong.journal import actions, rules, seal_keys, seals
from huong.journal.models import Entry, Seal

pytestmark = pytest.mark.django_db


@pytest.fixture
def sealed():
    """Three seals over some entries and one entry that is not sealed yet."""
    for batch in range(3):
        for number in range(5):
            actions.record("store.committed", f"cay-xanh-{batch}", by=number, agency="H57.1", rows=number, rate=0.5)
        seals.seal()
    actions.record("store.committed", "unsealed")
    return list(Entry.objects.filter(name="store.committed").order_by("id"))


def found_in(verdict):
    return [(problem.kind, problem.entry) for problem in verdict.problems]


def test_an_untouched_journal_fits_its_seals(sealed, tmp_path):
    file = tmp_path / "journal.ndjson"
    seals.export(file)
    verdict = seals.verify(file, seal_keys.public_keys())
    assert verdict.ok
    assert (verdict.seals, verdict.unsealed, verdict.whole) == (3, 1, True)
    assert (
        verdict.sealed == sum(Seal.objects.values_list("count", flat=True)) == 16
    )  # 15 and the entry of the first key


def test_one_changed_row_is_found_and_named(sealed, tmp_path):
    Entry.objects.filter(pk=sealed[6].pk).update(data={"rows": 999, "rate": 0.5})
    seals.export(tmp_path / "e")
    assert found_in(seals.verify(tmp_path / "e", seal_keys.public_keys())) == [("changed", sealed[6].pk)]


@pytest.mark.parametrize(
    "change",
    [{"by": 99}, {"subject": "x"}, {"agency": "H57.9"}, {"audience": "public"}, {"request_id": "x"}, {"at": 0}],
)
def test_a_change_of_any_field_is_found(sealed, change):
    if "at" in change:
        change = {"at": sealed[3].at.replace(microsecond=(sealed[3].at.microsecond + 1) % 10**6)}
    Entry.objects.filter(pk=sealed[3].pk).update(**change)
    assert found_in(seals.verify_here()) == [("changed", sealed[3].pk)]


def test_one_removed_row_is_found_and_named(sealed, tmp_path):
    gone = sealed[7].pk
    sealed[7].delete()
    seals.export(tmp_path / "e")
    assert found_in(seals.verify(tmp_path / "e", seal_keys.public_keys())) == [("removed", gone)]


@pytest.mark.parametrize("place", ["between", "in front of all"])
def test_one_inserted_row_is_found_and_named(place, tmp_path):
    for subject in "abc":
        actions.record("store.committed", subject)
    free = Entry.objects.get(subject="b")
    free.delete()  # leaves a number free before anything is sealed
    seals.seal()
    forged = Entry.objects.get(subject="a")
    forged.pk = free_number = Entry.objects.get(subject="a").pk + 1 if place == "between" else -7
    forged.save(force_insert=True)
    seals.export(tmp_path / "e")
    assert found_in(seals.verify(tmp_path / "e", seal_keys.public_keys())) == [("inserted", free_number)]


def lines_of(path):
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def verify_lines(lines, tmp_path, **options):
    file = tmp_path / "edited.ndjson"
    file.write_bytes(b"\n".join(orjson.dumps(line) for line in lines))
    return seals.verify(file, seal_keys.public_keys(), **options)


def test_a_row_inserted_into_an_export_is_found_and_named(sealed, tmp_path):
    seals.export(tmp_path / "e")
    lines = lines_of(tmp_path / "e")
    place = next(index for index, line in enumerate(lines) if line.get("id") == sealed[7].pk)
    lines.insert(place, {**lines[place], "id": 10**6, "xid": lines[place]["xid"] - 1})
    assert found_in(verify_lines(lines, tmp_path)) == [("inserted", 10**6)]


def test_a_row_given_twice_is_found(sealed, tmp_path):
    seals.export(tmp_path / "e")
    lines = lines_of(tmp_path / "e")
    place = next(index for index, line in enumerate(lines) if line.get("id") == sealed[7].pk)
    lines.insert(place, dict(lines[place]))
    assert found_in(verify_lines(lines, tmp_path)) == [("inserted", sealed[7].pk)]


def test_a_removed_seal_is_found(sealed):
    Seal.objects.filter(number=2).delete()
    assert ("chain", None) in found_in(seals.verify_here())


def test_seals_cut_off_at_the_end_are_found_by_whoever_kept_the_last_digest(sealed, tmp_path):
    kept = Seal.objects.get(number=3).digest()
    assert seals.verify_here().last == kept
    assert seals.verify_here().ok
    Seal.objects.filter(number=3).delete()
    seals.export(tmp_path / "e")
    assert seals.verify(tmp_path / "e", seal_keys.public_keys()).ok
    assert found_in(seals.verify(tmp_path / "e", seal_keys.public_keys(), expected=kept)) == [("chain", None)]


@pytest.mark.parametrize("number", [1, 3])
def test_a_first_or_last_seal_removed_from_the_database_is_missed_in_it(sealed, number):
    Seal.objects.filter(number=number).delete()
    assert ("chain", None) in found_in(seals.verify_here())


def test_a_journal_emptied_with_all_its_seals_is_missed(sealed):
    Seal.objects.all().delete()
    Entry.objects.all().delete()
    assert found_in(seals.verify_here()) == [("chain", None)]


def test_entries_cut_off_at_the_end_with_their_seal_are_missed(sealed):
    last = Seal.objects.get(number=3)
    Entry.objects.filter(id__gte=last.first_entry).delete()
    last.delete()
    assert found_in(seals.verify_here()) == [("chain", None)]


def test_a_seal_made_to_fit_a_changed_row_has_a_wrong_signature(sealed):
    Entry.objects.filter(pk=sealed[6].pk).update(by=99)
    seal = Seal.objects.get(number=2)
    covered = Entry.objects.filter(id__gte=seal.first_entry, id__lte=seal.last_entry).order_by("xid", "id")
    leaves = [rules.leaf(entry.id, entry.facts()) for entry in covered]
    seal.leaves, seal.root = b"".join(leaves), rules.root(leaves).hex()
    seal.save()
    kinds = [kind for kind, _entry in found_in(seals.verify_here())]
    assert kinds == ["signature", "chain"]  # and the seal after it no longer follows


def test_leaves_changed_with_the_row_do_not_lead_to_the_root(sealed):
    Entry.objects.filter(pk=sealed[6].pk).update(by=99)
    seal = Seal.objects.get(number=2)
    changed = Entry.objects.get(pk=sealed[6].pk)
    leaves = [
        rules.leaf(changed.id, changed.facts()) if rules.id_of(one) == changed.id else one
        for one in rules.leaves_of(bytes(seal.leaves))
    ]
    Seal.objects.filter(number=2).update(leaves=b"".join(leaves))
    assert [problem.seal for problem in seals.verify_here().problems] == [2]


def test_an_export_cut_off_in_the_middle_is_found(sealed, tmp_path):
    seals.export(tmp_path / "e")
    assert ("file", None) in found_in(verify_lines(lines_of(tmp_path / "e")[:12], tmp_path))


def test_a_part_of_the_journal_can_be_proved_by_itself(sealed, tmp_path):
    middle = Seal.objects.get(number=2)
    seals.export(tmp_path / "e", since=middle.from_at, until=middle.to_at)
    verdict = seals.verify(tmp_path / "e", seal_keys.public_keys())
    assert verdict.ok
    assert not verdict.whole
    assert verdict.unsealed == 0


def test_seals_of_an_older_key_still_hold_after_a_new_one_is_made(sealed):
    old = seal_keys.current()
    new = seal_keys.rotate(by=1)
    assert new != old
    seals.seal()
    assert list(Seal.objects.order_by("number").values_list("key_id", flat=True)) == [old, old, old, new]
    assert seals.verify_here().ok


def test_without_a_key_that_is_trusted_a_seal_proves_nothing(sealed, tmp_path):
    seals.export(tmp_path / "e")
    verdict = seals.verify(tmp_path / "e", {})
    assert [problem.kind for problem in verdict.problems] == ["signature"] * 3


def test_the_private_key_is_for_the_owner_only(sealed):
    modes = {stat.S_IMODE(file.stat().st_mode) for file in (home.home() / "keys").glob("seal-*")}
    assert modes == {0o600}


def test_sealing_waits_when_the_key_is_gone_and_loses_nothing(sealed):
    for file in (home.home() / "keys").glob("*.key"):
        file.unlink()
    with pytest.raises(Unavailable):
        seals.seal()
    seal_keys.rotate()
    assert seals.seal() == 2  # the entry that waited and the entry of the new key
    assert seals.verify_here().ok


def test_sealing_again_seals_nothing(sealed):
    assert seals.seal() == 1
    assert seals.seal() == 0


def test_one_entry_is_proved_without_the_others(sealed):
    proof = seals.proof_of(sealed[6].pk)
    entry, seal = proof["entry"], proof["seal"]
    leaf = rules.leaf(entry["id"], entry)
    path = [bytes.fromhex(step) for step in proof["path"]]
    assert rules.root_of_proof(leaf, proof["index"], seal["count"], path).hex() == seal["root"]
    public = seal_keys.public_keys()[seal["key_id"]]
    assert seal_keys.is_signed(rules.signed_bytes(seal), proof["signature"], public)
    with pytest.raises(NotFound):
        seals.proof_of(Entry.objects.get(subject="unsealed").pk)


def test_a_file_that_is_no_export_is_refused(tmp_path):
    (tmp_path / "x").write_text("a;b\n1;2\n")
    with pytest.raises(BadInput):
        seals.verify(tmp_path / "x", {})
    (tmp_path / "x").write_text('{"kind":"entry","id":1}\n')
    with pytest.raises(BadInput):
        seals.verify(tmp_path / "x", {})


def test_the_command_proves_an_export_with_keys_from_elsewhere(sealed, tmp_path, capsys):
    file, folder = tmp_path / "journal.ndjson", tmp_path / "keys"
    call_command("journal", "export", str(file))
    folder.mkdir()
    for key in (home.home() / "keys").glob("*.pub"):
        (folder / key.name).write_bytes(key.read_bytes())
    capsys.readouterr()
    call_command("journal", "verify", "--export", str(file), "--keys", str(folder), "--json")
    answer = orjson.loads(capsys.readouterr().out)
    assert answer["ok"]
    assert answer["seals"] == 3


def test_the_command_refuses_a_changed_journal_with_exit_code_1(sealed, capsys):
    Entry.objects.filter(pk=sealed[0].pk).update(by=99)
    with pytest.raises(CommandError) as refusal:
        call_command("journal", "verify")
    assert refusal.value.returncode == 1
    assert str(sealed[0].pk) in capsys.readouterr().out


def test_the_command_answers_a_missing_file_with_exit_code_2(sealed, tmp_path):
    with pytest.raises(CommandError) as refusal:
        call_command("journal", "verify", "--export", str(tmp_path / "nothing"))
    assert refusal.value.returncode == 2


leaves_lists = st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=70)


@given(leaves_lists, st.data())
@settings(max_examples=60, deadline=None)
def test_every_leaf_of_every_tree_has_a_proof_that_leads_to_the_root(leaves, data):
    index = data.draw(st.integers(0, len(leaves) - 1))
    path = rules.proof(leaves, index)
    assert rules.root_of_proof(leaves[index], index, len(leaves), path) == rules.root(leaves)
    assert rules.root_of_proof(leaves[index] + b"!", index, len(leaves), path) != rules.root(leaves)


@given(leaves_lists, st.data())
@settings(max_examples=60, deadline=None)
def test_no_two_lists_of_leaves_share_a_root(leaves, data):
    other = data.draw(leaves_lists)
    assert (rules.root(leaves) == rules.root(other)) == (leaves == other)


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63) + 1, 2**63 - 1),
    st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20),
    st.floats(-1e15, 1e15, allow_nan=False).map(lambda value: round(value, 6)),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=6), scalars, max_size=5))
def test_whatever_facts_an_entry_holds_it_fits_its_seal(facts):
    actions.record_many([actions.EntryDraft("test.made", "x", data=facts)])
    seals.seal()
    assert seals.verify_here().ok
