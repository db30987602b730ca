"""Documents that leave the house, set by typst from plain values."""

from huong.procedures.documents.receipt import Receipt, receipt_pdf
from huong.procedures.documents.result import Line, ResultDocument, result_pdf

__all__ = ["Line", "Receipt", "ResultDocument", "receipt_pdf", "result_pdf"]
