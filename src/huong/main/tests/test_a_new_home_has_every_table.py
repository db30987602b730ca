"""The tables of a new home are made together, and are those that the migrations make one after the other."""

import json
import subprocess
import sys
from textwrap import dedent

import pytest
from django.db import connection

from huong.base.testing.house import apart

MADE = dedent("""
    import json
    import django
    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from huong.base import home
    from huong.main.tables import make_tables
    home.prepare(demo=False)
    make_tables()
    call_command("migrate", check_unapplied=True, verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(SAYS)
        print(json.dumps(cursor.fetchall()))
""")
SQLITE = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY 1, 2"
POSTGRESQL = """
    SELECT 'column', table_name, column_name, data_type || is_nullable FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
    ORDER BY 1, 2, 3
"""


@pytest.mark.slow
def test_tables_made_together_are_those_of_the_migrations(db, tmp_path):
    says = SQLITE if connection.vendor == "sqlite" else POSTGRESQL
    with connection.cursor() as cursor:
        cursor.execute(says)
        one_by_one = [list(row) for row in cursor.fetchall()]
    with apart(tmp_path) as environment:
        script = MADE.replace("SAYS", repr(says))
        done = subprocess.run(
            [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stderr
    together = json.loads(done.stdout)
    assert {tuple(row) for row in together} == {tuple(row) for row in one_by_one}
    assert len(together) > 400
