"""Tables of a new home, made in half the time.

Django describes all models anew for each table it makes, because a migration may look at any of them. A run of tables
at the beginning of one migration cannot, so they are described once; and what others' packages change later in tables
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
    def migration_plan(self, targets: Any, clean_start: Any = None) -> list[tuple[Migration, bool]]:
        """Return the plan in an order that its dependencies allow as well: others' packages as early as they can."""
        plan = [migration for migration, _backwards in super().migration_plan(targets, bool(clean_start))]
        waiting, found = plan, []
        while waiting:
            ready = [each for each in waiting if not self._needs(each) & {_key(one) for one in waiting}]
            chosen = min(ready, key=lambda each: each.__module__.startswith(OURS))
            waiting = [each for each in waiting if each is not chosen]
            found.append((chosen, False))
        return found

    def _needs(self, migration: Migration) -> set[Any]:
        return {node.key for node in self.loader.graph.node_map[_key(migration)].parents}

    def apply_migration(
        self, state: ProjectState, migration: Migration, fake: Any = None, fake_initial: Any = None
    ) -> ProjectState:
        """Apply one migration, its first tables together."""
        first = list(takewhile(lambda each: isinstance(each, CreateModel), migration.operations))
        label, rest = migration.app_label, copy(migration)
        rest.operations = migration.operations[len(first) :]  # type: ignore[misc]  # each instance has its own
        with self.connection.schema_editor(atomic=migration.atomic) as editor:
            if first:
                state.__dict__.pop("apps", None)  # they are described again when somebody asks for them
            for table in first:
                table.state_forwards(label, state)
            for table in first:
                table.database_forwards(label, editor, state, state)
            state = rest.apply(state, editor)
        self.record_migration(migration)  # type: ignore[call-arg, arg-type]  # the stubs know an older Django
        return state


def _key(migration: Migration) -> tuple[str, str]:
    return migration.app_label, migration.name
