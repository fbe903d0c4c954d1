"""Model selection: ranked candidates of a search, their descriptions, and out-of-fold predictions."""

from skaudio.model_selection._candidate_ranking import CandidateRanking, rank_candidates
from skaudio.model_selection._describe import describe_estimators
from skaudio.model_selection._out_of_fold import OutOfFold, out_of_fold

__all__ = ["rank_candidates", "CandidateRanking", "describe_estimators", "out_of_fold", "OutOfFold"]
