"""The officers' pages of dossiers under `/desk/dossiers/`."""
