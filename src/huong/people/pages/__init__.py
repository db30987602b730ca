"""The account pages: signing in by password, OpenID Connect or phone; whom one acts for; tokens of systems."""
