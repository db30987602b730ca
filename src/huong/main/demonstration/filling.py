"""Sends the demonstration files through the same door as real ones, on the days on which they would have come."""

import csv
from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random

from huong.base import clock, demo, home
from huong.catalogue import queries as catalogue
from huong.exchange import queries as exchange
from huong.exchange.demonstration import PURPOSE
from huong.intake import actions as intake
from huong.intake import queries as loads
from huong.main.demonstration.datasets import SENDERS, Rows, Sender
from huong.main.demonstration.people import Wards
from huong.people import queries as people
from huong.quality import actions as quality
from huong.store import queries as store

SEED = 1307  # the year in which Huế became Vietnamese


def register() -> None:
    """Fill the port: one step per dataset, so that progress is visible and a killed job goes on."""
    for number, sender in enumerate(SENDERS):
        title = sender.dataset.replace("_", " ")
        demo.fillers.add(f"dataset:{sender.dataset}", demo.Filler(100 + number, title, partial(send, sender)))
    demo.fillers.add("readers", demo.Filler(300, "who reads what", read))


def send(sender: Sender) -> None:
    """Send a dataset's files that have not been sent yet."""
    random = Random(f"{SEED}:{sender.dataset}")
    wards = Wards(random)
    steward = people.user(catalogue.contract_of(sender.dataset).steward)
    today = clock.local(clock.now()).replace(hour=sender.hour, minute=random.randrange(60), second=0, microsecond=0)
    for days in sender.days_ago[loads.loads_of(sender.dataset).count() :]:
        at = today - timedelta(days=days)
        with clock.freeze(at):
            rows = sender.rows(random, wards, clock.local(at))
            name = f"{sender.dataset}-{at:%Y%m%d}.csv"
            file = write(home.path("tmp", name), rows)
            try:
                intake.load_file(sender.dataset, file, by=steward, name=name)
            finally:
                file.unlink(missing_ok=True)


def write(file: Path, rows: Rows) -> Path:
    """Write rows as the CSV file that an office would send."""
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.DictWriter(out, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return file


def read() -> None:
    """Let most of the agencies that declared a need read, so that "shared" has something to say."""
    random = Random(SEED)
    for sender in SENDERS:
        spec = catalogue.contract_of(sender.dataset)
        fields = frozenset(found.name for found in spec.fields if not found.identifying)
        for agency in spec.sharing.consumers if sender.everybody else chosen(random, spec.sharing.consumers):
            grant = exchange.grant_in_force(sender.dataset, agency, PURPOSE)
            if grant is not None:
                use = store.Use(agency=agency, purpose=PURPOSE, grant=grant)
                store.read(sender.dataset, use=use, fields=sorted(fields & grant.fields))
        quality.rescore_over_time(spec)


def chosen(random: Random, agencies: Iterable[str]) -> list[str]:
    """Return most of the agencies."""
    return [code for code in agencies if random.random() < 0.7]
