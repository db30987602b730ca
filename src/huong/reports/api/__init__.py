"""Field reports over the API: for everybody, and for officers and systems."""

from ninja import Router

from huong.reports.api.citizens import router as citizens
from huong.reports.api.messengers import router as messengers
from huong.reports.api.officers import router as officers

router = Router()
router.add_router("/reports", officers, tags=["reports: officers"])
router.add_router("/reports", messengers, tags=["reports: messengers"])
router.add_router("/reports", citizens, tags=["reports"])
