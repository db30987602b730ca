"""An officer in a real Chromium: works from the list, and takes matters along to read and answer without a line."""

import pytest
from django.utils import timezone

from huong.files.tests import pictures
from huong.reports import actions
from huong.reports.actions import Draft
from huong.reports.models import Message, Report, TakenAlong, TakenMove
from huong.reports.tests.conftest import WARD, fresh_book, officer_of, rules  # noqa: F401 - fixtures
from tests.test_in_the_browser import TOO_WIDE, browser, require_sound, visit  # noqa: F401 - fixtures

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(180),
    pytest.mark.filterwarnings("ignore:No directory at"),
]
