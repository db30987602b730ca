"""Phone numbers and names of contacts in one spelling."""

import re

_PHONE = re.compile(r"0\d{9,10}")


def normal_phone(text: str) -> str:
    """Return a phone number in one spelling, empty if it is none.

    >>> normal_phone("+84 914 123 456"), normal_phone("0234.382.1111"), normal_phone("abc")
    ('0914123456', '02343821111', '')
    """
    digits = re.sub(r"[\s.\-()]", "", text)
    digits = re.sub(r"^(?:\+84|0084|84(?=\d{9}$))", "0", digits)
    return digits if _PHONE.fullmatch(digits) else ""


def shown(phone: str, mail: str) -> str:
    """Return how a contact is shown to those who may not read it.

    >>> shown("0914123456", ""), shown("", "an@hue.vn")
    ('•••456', 'a•••@hue.vn')
    """
    if phone:
        return f"•••{phone[-3:]}"
    local, at, domain = mail.rpartition("@")
    return f"{local[:1]}•••@{domain}" if at else ""
