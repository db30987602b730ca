"""The officers' pages of field reports under `/desk/reports/`."""
