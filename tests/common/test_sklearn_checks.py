"""scikit-learn's own checks for everything public."""

import importlib
import inspect
from collections import Counter

import pytest
from sklearn.base import BaseEstimator, clone
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import check_estimator
from tests.common.instances import ESTIMATORS, EXPECTED_FAILURES, INTEGER_CHECKS, name, taking_floats

# Checks of one table-to-table transformer; an estimator whose tags decline 2-D input would run next to none of them.
AT_LEAST = 40


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("estimator", ESTIMATORS, ids=name)
def test_scikit_learn_checks(estimator):
    excused = EXPECTED_FAILURES.get(name(estimator), {})
    results = check_estimator(clone(estimator), expected_failed_checks=excused, on_fail=None, on_skip=None)
    failed = {result["check_name"]: result["exception"] for result in results if result["status"] == "failed"}
    assert not failed
    skipped = {result["check_name"] for result in results if result["status"] == "skipped"}
    assert skipped <= {"check_array_api_input"}  # runs only where SCIPY_ARRAY_API is set
    counts = Counter(result["status"] for result in results)
    assert counts["xfail"] == len(excused)
    assert counts["passed"] + len(excused) >= AT_LEAST  # each of these is made up for, as its reason says


def test_nothing_public_is_left_out():
    public = set()
    for folder in ("features", "pooling", "estimators", "pretrained", "matching"):
        package = importlib.import_module(f"skaudio.{folder}")
        members = [getattr(package, member) for member in package.__all__]
        public |= {
            member.__name__
            for member in members
            if isinstance(member, type) and issubclass(member, BaseEstimator) and not inspect.isabstract(member)
        }
    assert public == {name(estimator) for estimator in ESTIMATORS}


@pytest.mark.parametrize(
    ("estimator", "check"),
    [(estimator, check) for estimator in ESTIMATORS for check in INTEGER_CHECKS.get(name(estimator), ())],
    ids=lambda value: value if isinstance(value, str) else name(value),
)
def test_checks_of_integers_pass_where_they_are_floats(estimator, check):
    getattr(estimator_checks, check)(name(estimator), taking_floats(estimator))
