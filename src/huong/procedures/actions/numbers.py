"""Numbers given within a day: dossier codes at acceptance, blank forms when they are printed."""

from datetime import date

from django.db.models import F
from django.utils.translation import gettext as _

from huong.base.ids import digest
from huong.procedures.errors import DayIsFull
from huong.procedures.models import DayNumber
from huong.procedures.rules.codes import MOST_OF_A_DAY


def next_number(agency: str, day: date, *, series: str = "dossier") -> int:
    """Return the next number of an agency on a day; the caller holds the transaction, so no number is lost or doubled.

    Raises:
        DayIsFull: 9,999 were given; nothing is counted, and the dossier keeps waiting where it is.

    Source: Circular 01/2018/TT-VPCP article 19 (four digits within the day).
    """
    row, _new = DayNumber.objects.get_or_create(agency=agency, series=series, day=day)
    counted = DayNumber.objects.filter(pk=row.pk, last__lt=MOST_OF_A_DAY).update(last=F("last") + 1)
    if not counted:
        raise DayIsFull(
            _(
                "All 9,999 numbers of %(agency)s for this day are given. The dossier is kept as it was sent; accept it "
                "on the next working day, or let the data office give the agency a second code."
            )
            % {"agency": agency}
        )
    return int(DayNumber.objects.values_list("last", flat=True).get(pk=row.pk))


def next_of_year(agency: str, kind: str, year: int) -> int:
    """Return the next number of a kind of document of an agency in a year; the caller holds the transaction.

    Source: Decree 30/2020 article 15 (documents are numbered within the year).
    """
    series = f"r{digest(kind)[:11]}"
    row, _new = DayNumber.objects.get_or_create(agency=agency, series=series, day=date(year, 1, 1))
    DayNumber.objects.filter(pk=row.pk).update(last=F("last") + 1)
    return int(DayNumber.objects.values_list("last", flat=True).get(pk=row.pk))
