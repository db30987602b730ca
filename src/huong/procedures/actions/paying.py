"""Fees: asked for once, paid online or at the counter, whatever order news of it come in.

The reference is ours and the provider's key: the same reference is the same payment. A call-back may come twice, late,
or never; then `ask_lost` asks. Money that no open fee asked for is written down for somebody to look at.
"""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock
from huong.base.errors import BadInput, HuongError, NotFound, Unavailable, WrongState
from huong.journal import actions as journal
from huong.people.models import User
from huong.procedures import events, provider
from huong.procedures.actions import acting
from huong.procedures.actions.acting import PLATFORM_ITSELF, Actor, Deed, officer
from huong.procedures.models import Dossier, Payment
from huong.procedures.provider import Told
from huong.procedures.queries.catalogue import document_by_id, procedure_name
from huong.procedures.queries.values import answers_of
from huong.procedures.rules import fees

LOST_AFTER, FORGOTTEN_AFTER = timedelta(minutes=3), timedelta(days=30)


@transaction.atomic
def require_fee(uid: str, *, actor: Actor, version: int | None = None) -> Payment:
    """Ask for the fees of a dossier; its clock stands until they are paid.

    Raises:
        BadInput: it costs nothing.
        WrongState: the fee was paid or asked for already.

    Records: `procedures.fee_required` with the amount.

    Source: Decree 61/2018 article 21; `rules.fees` for what it costs.
    """
    dossier = acting.found(uid)
    acting.allowed(dossier, "require_fee", actor, Deed(version=version))
    if dossier.payments.filter(state="paid").exists():
        raise WrongState(_("The fee of this dossier is paid already."))
    made = document_by_id(dossier.edition_id or 0)
    lines = fees.lines_of(made.fees, answers_of(dossier), online=dossier.channel in {"online", "portal", "proactive"})
    amount = sum(line.total for line in lines)
    if not amount:
        raise BadInput(_("This dossier costs nothing."), code="no_fee")
    payment = _asked(dossier, amount, [line.as_dict() for line in lines])
    acting.act(dossier, "require_fee", actor, Deed(version=version, facts={"amount": amount}))
    return payment


def _asked(dossier: Dossier, amount: int, lines: list[dict[str, object]]) -> Payment:
    count = dossier.payments.count() + 1
    reference = f"{dossier.code or dossier.uid[:16]}-P{count}"
    return Payment.objects.create(
        dossier=dossier, reference=reference, amount=amount, lines=lines, asked_at=clock.now()
    )


def page_for_paying(uid: str, *, back: str) -> str:
    """Return the provider's page for the open fee of a dossier, made now if it is not there yet.

    Args:
        back: the page of ours to which the payer comes back, a whole address.

    Raises:
        NotFound: nothing is to be paid.
        Unavailable: the provider does not answer; it can be paid at the counter.

    Records: `procedures.payment_made`, the first time.
    """
    payment = Payment.objects.filter(dossier__uid=uid, dossier__state="fee_due", state="asked").first()
    if payment is None:
        raise NotFound(_("Nothing is to be paid for this dossier."))
    if not provider.address():
        raise Unavailable(_("Fees are paid at the counter here."))
    if not payment.pay_url:
        origin = settings.PUBLIC_URL or back.split("/my/", maxsplit=1)[0]
        told = provider.create(
            payment.reference,
            payment.amount,
            f"{procedure_name(payment.dossier.procedure)} {payment.dossier.code}"[:120],
            callback=f"{origin}/pay/callback",
            back=back,
        )
        _made(payment.pk, told)
        return told.pay_url
    return payment.pay_url


@transaction.atomic
def _made(payment_id: int, told: Told) -> None:
    changed = Payment.objects.filter(pk=payment_id, pay_url="").update(
        provider_id=told.id[:80], pay_url=told.pay_url[:400]
    )
    if changed:
        payment = Payment.objects.select_related("dossier").get(pk=payment_id)
        journal.record(
            events.PAYMENT_MADE, f"dossier:{payment.dossier.uid}", audience="named", agency=payment.dossier.agency,
            reference=payment.reference,
        )  # fmt: skip


@transaction.atomic
def settle(told: Told) -> Payment:
    """Take in what the provider says about a payment, however often and in whatever order it says so.

    Raises:
        NotFound: no fee has this reference.
        BadInput: another amount than was asked for; nothing counts as paid.

    Records: `procedures.paid`, the first time; `procedures.payment_strange` for what somebody must look at.
    """
    payment = Payment.objects.select_for_update().filter(reference=told.reference).select_related("dossier").first()
    if payment is None:
        raise NotFound(_("No fee has the reference %(reference)s.") % {"reference": told.reference[:64]})
    if told.state == "cancelled":
        return _cancelled(payment)
    if told.state != "paid" or payment.state == "paid":
        return payment
    if told.amount != payment.amount:
        raise BadInput(
            _("Another amount was paid than was asked for."), code="wrong_amount", reference=payment.reference
        )
    return _paid(payment, told)


def _paid(payment: Payment, told: Told) -> Payment:
    was_asked = payment.state == "asked"
    _take(payment, way="online", number=told.id)
    dossier = acting.found(payment.dossier.uid)
    if was_asked and dossier.state == "fee_due":
        deed = Deed(facts={"amount": payment.amount, "way": "online"})
        acting.act(dossier, "pay", PLATFORM_ITSELF, deed)
    else:
        strange(payment.reference, "late", agency=dossier.agency, uid=dossier.uid)
    return payment


def _take(payment: Payment, *, way: str, number: str = "", by: User | None = None) -> None:
    payment.state, payment.way, payment.paid_at, payment.received_by = "paid", way, clock.now(), by
    payment.provider_id = number[:80] or payment.provider_id
    payment.save(update_fields=["state", "way", "paid_at", "received_by", "provider_id"])


def _cancelled(payment: Payment) -> Payment:
    """Let a payment that its payer broke off be tried again, under a reference of its own."""
    if not Payment.objects.filter(pk=payment.pk, state="asked").update(state="cancelled"):
        return payment
    if payment.dossier.state == "fee_due":
        return _asked(payment.dossier, payment.amount, payment.lines)
    return payment


def strange(reference: str, why: str, *, agency: str = "", uid: str = "") -> None:
    """Write down that money came, or was said to have come, that no open fee asked for.

    Args:
        why: "late", "amount" or "unknown".

    Records: `procedures.payment_strange`.
    """
    subject = f"dossier:{uid}" if uid else "procedures:payments"
    journal.record(events.PAYMENT_STRANGE, subject, audience="staff", agency=agency, reference=reference[:64], why=why)


def take_call_back(told: Told) -> Payment:
    """Settle what a signed call-back says; what does not fit is written down, then refused.

    Raises:
        NotFound, BadInput: as `settle`.

    Records: as `settle`, and `procedures.payment_strange` for a refusal.
    """
    try:
        return settle(told)
    except (NotFound, BadInput) as refused:
        payment = Payment.objects.filter(reference=told.reference).select_related("dossier").first()
        why = "amount" if payment else "unknown"
        dossier = payment.dossier if payment else None
        strange(told.reference, why, agency=dossier.agency if dossier else "", uid=dossier.uid if dossier else "")
        raise refused from None


@transaction.atomic
def pay_at_counter(uid: str, *, by: User, version: int | None = None) -> Payment:
    """Take the fee in at the counter, in cash or by card; the receipt names who received it.

    Raises:
        NotFound: nothing is to be paid.

    Records: `procedures.paid`.
    """
    dossier = acting.found(uid)
    acting.allowed(dossier, "pay", officer(by), Deed(version=version))
    payment = dossier.payments.select_for_update().filter(state="asked").first()
    if payment is None:
        raise NotFound(_("Nothing is to be paid for this dossier."))
    _take(payment, way="counter", by=by)
    facts = {"amount": payment.amount, "way": "counter"}
    acting.act(dossier, "pay", officer(by), Deed(version=version, facts=facts))
    return payment


def ask_lost(*, limit: int = 50) -> int:
    """Ask the provider about payments of which nothing was heard: call-backs get lost. Returns how many moved."""
    now, moved = clock.now(), 0
    waiting = Payment.objects.filter(
        state="asked", asked_at__lte=now - LOST_AFTER, asked_at__gte=now - FORGOTTEN_AFTER
    ).exclude(provider_id="")
    for payment in waiting.order_by("asked_at")[:limit]:
        try:
            told = provider.status(payment.provider_id)
            if told.state != "created":
                settle(told)
                moved += 1
        except HuongError:
            continue
    return moved
