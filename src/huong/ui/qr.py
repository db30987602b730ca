"""QR codes, for addresses that a phone opens."""

import base64
from typing import Any


def qr_code(address: str) -> str:
    """Return a QR code as a `data:` picture."""
    import qrcode
    from qrcode.image.svg import SvgFillImage

    picture: Any = qrcode.make(address, image_factory=SvgFillImage, box_size=12, border=2)
    return "data:image/svg+xml;base64," + base64.b64encode(picture.to_string()).decode()
