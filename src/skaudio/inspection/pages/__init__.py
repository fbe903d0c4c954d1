"""Pages: reports and reviews, with cards of sounds, and the styles and scripts of these."""

from skaudio.inspection.pages._report import Report
from skaudio.inspection.pages._review import ReviewPage

__all__ = ["Report", "ReviewPage"]
