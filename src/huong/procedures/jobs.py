"""What procedures do by themselves: compare clocks by night, follow disruptions, tell the portal, ask what is still open."""

from datetime import timedelta

from django.db.models import Q

from huong.base import clock
from huong.base.jobs import job, scheduled
from huong.procedures.actions import counter, keeping, paying, preparing, rechecking, recomputing, releasing, syncing
from huong.procedures.models import Disruption


@scheduled("procedures.check_clocks", every=timedelta(hours=24))
@job(queue="bulk")
def check_clocks() -> int:
    """Compute the clocks of all open dossiers again and say how many stored days differ; it must be none."""
    return recomputing.check().count


@job(queue="bulk")
def follow_disruption(key: str) -> int:
    """Write the days anew that a disruption moves, and tell each applicant once."""
    disruption = Disruption.objects.filter(key=key).first()
    return _followed(disruption) if disruption is not None else 0


def _followed(disruption: Disruption) -> int:
    changed = recomputing.rewrite("disruption", units=disruption.units, procedures=disruption.procedures).rewritten
    recomputing.tell(disruption)
    return changed


@scheduled("procedures.open_disruptions", every=timedelta(hours=1))
@job(queue="bulk")
def follow_open_disruptions() -> int:
    """Follow disruptions that last, or ended within a day: clocks stop and run on, new dossiers' applicants are told."""
    recent = Q(ends_at=None) | Q(ends_at__gt=clock.now() - timedelta(days=1))
    return sum(_followed(each) for each in Disruption.objects.filter(recent, starts_at__lte=clock.now()))


@scheduled("procedures.portal", every=timedelta(seconds=20))
@job(tries=1)
def send_to_portal() -> int:
    """Send to the national portal what is due."""
    return syncing.send_due()


@scheduled("procedures.payments", every=timedelta(minutes=5))
@job(tries=1)
def ask_for_payments() -> int:
    """Ask the payment provider about payments of which nothing was heard."""
    return paying.ask_lost()


@scheduled("procedures.verify_later", every=timedelta(minutes=15))
@job()
def verify_later() -> int:
    """Compare what was declared while a source was down with what it says now."""
    return rechecking.verify_later()


@scheduled("procedures.prepare", every=timedelta(hours=24))
@job(queue="bulk")
def prepare() -> int:
    """Prepare dossiers ahead for whom the city's procedures say so."""
    return preparing.prepare_due()


@scheduled("procedures.counter_drafts", every=timedelta(hours=1))
@job(queue="bulk")
def let_counter_drafts_go() -> int:
    """Let go what was begun at counters and not filed within a day."""
    return counter.let_go_left()


@scheduled("procedures.keep_figures", every=timedelta(hours=6))
@job(queue="bulk")
def keep_figures() -> int:
    """Keep what index 766 counts of reporting months that are over."""
    return keeping.keep_months()


@scheduled("procedures.release_files", every=timedelta(hours=24))
@job(queue="bulk")
def release_files() -> int:
    """Let go of files of dossiers that nothing shows any more."""
    return releasing.sweep()
