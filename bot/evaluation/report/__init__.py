"""A run's record -> one HTML page."""

from bot.evaluation.report.page import ReportNotWritten, write_report

__all__ = ["ReportNotWritten", "write_report"]
