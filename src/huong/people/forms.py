"""The forms of the account pages."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from huong.people import rules

LIMITS = {
    "apply": _("apply for procedures"),
    "pay": _("pay fees"),
    "read": _("read dossiers and results"),
    "share": _("share verified facts with others"),
}


class SignIn(forms.Form):
    """Name and password."""

    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class Code(forms.Form):
    """A code from the app, or a recovery code."""

    code = forms.CharField(
        label=_("Code"),
        max_length=32,
        help_text=_("Six digits from the app on your phone, or one of your recovery codes."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
    )


class FirstCode(Code):
    """The first code of a new app."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = _("Six digits that the app on your phone shows.")


class NewPassword(forms.Form):
    """A password, chosen for the first time."""

    password = forms.CharField(
        label=_("New password"),
        max_length=256,
        strip=False,
        help_text=_("At least 10 characters. Three or four words that only you would put together are best."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("The same password again"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Compare the two."""
        given = super().clean() or {}
        if given.get("password") and given.get("again") and given["password"] != given["again"]:
            self.add_error("again", _("The two passwords differ. Please type both again."))
        return given


class ChangedPassword(NewPassword):
    """A new password in place of the present one."""

    old = forms.CharField(
        label=_("Present password"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ("old", "password", "again")


class Profile(forms.Form):
    """Name and language."""

    full_name = forms.CharField(
        label=_("Full name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)


class Phone(forms.Form):
    """A mobile number."""

    number = forms.CharField(
        label=_("Mobile number"),
        max_length=20,
        help_text=_("Ten digits, beginning with 0. We send a code of six digits."),
        widget=forms.TextInput(attrs={"autocomplete": "tel-national", "inputmode": "tel"}),
    )


class PhoneCode(forms.Form):
    """The code from a text message."""

    code = forms.CharField(
        label=_("Code"),
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
    )


class Delegate(forms.Form):
    """Who may do what for a firm, until when."""

    name = forms.CharField(label=_("Full name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    national_id = forms.RegexField(
        rules.NATIONAL_ID,
        label=_("Identity card number"),
        help_text=_("Twelve digits, as on the card."),
        error_messages={"invalid": _("The number has twelve digits. Please check it.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    until = forms.DateField(
        label=_("Last day"), help_text=_("At most one year from today."), widget=forms.DateInput(attrs={"type": "date"})
    )
    apply = forms.BooleanField(label=LIMITS["apply"], required=False, initial=True)
    pay = forms.BooleanField(label=LIMITS["pay"], required=False)
    read = forms.BooleanField(label=LIMITS["read"], required=False, initial=True)
    share = forms.BooleanField(label=LIMITS["share"], required=False)

    def limits(self) -> list[str]:
        """Return what was ticked."""
        return [name for name in rules.DELEGABLE if self.cleaned_data.get(name)]
