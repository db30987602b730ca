"""Tables of a new home, made in half the time.

Django describes all models anew for each table it makes, because a migration may look at any of them. A run of tables
at the beginning of a migration cannot, so they are described once, those of packages behind one another too; and what others' packages change later in tables
of their own is done while there are few. What is made, and what is written down as applied, is the same.
"""

from copy import copy
from itertools import takewhile
from typing import Any

from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations import CreateModel
from django.db.migrations.state import ProjectState

OURS = "huong."


def make_tables() -> None:
    """Apply every migration of an empty database; where some are applied already, do nothing."""
    executor = _Executor(connection)
    if not executor.loader.applied_migrations:
        executor.migrate(executor.loader.graph.leaf_nodes())


class _Executor(MigrationExecutor):
    _plan: list[Migration]

    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        self._applied: set[Migration] = set()

    def migration_plan(self, targets: Any, clean_start: Any = None) -> list[tuple[Migration, bool]]:
        """Return the plan in an order that its dependencies allow as well: others' packages as early as they can."""
        plan = [migration for migration, _backwards in super().migration_plan(targets, bool(clean_start))]
        waiting, found = plan, []
        while waiting:
            ready = [each for each in waiting if not self._needs(each) & {_key(one) for one in waiting}]
            chosen = min(ready, key=_is_ours)
            waiting = [each for each in waiting if each is not chosen]
            found.append(chosen)
        self._plan = found
        return [(each, False) for each in found]

    def _needs(self, migration: Migration) -> set[Any]:
        return {node.key for node in self.loader.graph.node_map[_key(migration)].parents}

    def apply_migration(
        self, state: ProjectState, migration: Migration, fake: Any = None, fake_initial: Any = None
    ) -> ProjectState:
        """Apply one migration; ours that stand behind one another with their first tables together."""
        if migration in self._applied:
            return state
        run = self._run_from(migration)
        first = [(each.app_label, table) for each in run for table in _first_tables(each)]
        with self.connection.schema_editor(atomic=migration.atomic) as editor:
            if first:
                state.__dict__.pop("apps", None)  # they are described again when somebody asks for them
            for label, table in first:
                table.state_forwards(label, state)
            for label, table in first:
                table.database_forwards(label, editor, state, state)
            for each in run:
                rest = copy(each)
                rest.operations = each.operations[len(_first_tables(each)) :]  # type: ignore[misc]  # each has its own
                state = rest.apply(state, editor)
        for each in run:
            self.record_migration(each)  # type: ignore[call-arg, arg-type]  # the stubs know an older Django
        self._applied.update(run)
        return state

    def _run_from(self, migration: Migration) -> list[Migration]:
        """Return a migration and, when it is ours, those of ours that come right behind it."""
        behind = self._plan[self._plan.index(migration) + 1 :]
        return [migration, *takewhile(_is_ours, behind)] if _is_ours(migration) else [migration]


def _is_ours(migration: Migration) -> bool:
    return migration.__module__.startswith(OURS)


def _first_tables(migration: Migration) -> list[CreateModel]:
    return list(takewhile(lambda each: isinstance(each, CreateModel), migration.operations))  # type: ignore[arg-type]


def _key(migration: Migration) -> tuple[str, str]:
    return migration.app_label, migration.name
