"""Documents that leave the house, set by typst from plain values."""

from huong.procedures.documents.result import Line, ResultDocument, result_pdf

__all__ = ["Line", "ResultDocument", "result_pdf"]
