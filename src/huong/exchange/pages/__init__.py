"""The pages of the exchange: a person's own (`/my/`), the officers' (`/desk/exchange/`), joining (`/desk/onboarding/`)."""
