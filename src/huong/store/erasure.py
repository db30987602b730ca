"""The store's part when a person is erased: the keys of what identifies them, in every personal dataset."""

from huong.base.errors import NotFound
from huong.catalogue import queries as catalogue
from huong.people.ports import Person
from huong.store import personal


def erase(person: Person, *, by: int | None) -> int:
    """Erase a person from every personal dataset in which they stand under their national id.

    Returns:
        From how many datasets.

    Records: `store.erased`, for each dataset.
    """
    if not person.national_id:
        return 0
    return sum(_erased(name, person.national_id, by) for name in _datasets())


def _datasets() -> list[str]:
    specs = catalogue.contracts_of(catalogue.dataset_names())
    return [name for name, spec in specs.items() if personal.knows_national_ids(spec)]


def _erased(dataset: str, national_id: str, by: int | None) -> bool:
    try:
        personal.erase_person(dataset, national_id, by)
    except NotFound:
        return False
    return True
