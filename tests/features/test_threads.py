"""How many threads a call takes: what joblib says of this machine, and never the cores of a cluster."""

import joblib
import pytest
from joblib import Parallel, delayed, parallel_config, register_parallel_backend
from joblib.parallel import ParallelBackendBase

from skaudio.features._threads import n_threads


class ClusterBackend(ParallelBackendBase):
    """As those of Dask, Ray and Spark: it counts the cores of all machines, whatever it is asked for."""

    def effective_n_jobs(self, n_jobs):
        return 1000


@pytest.fixture
def in_a_task_of_a_cluster():
    register_parallel_backend("cluster", ClusterBackend)
    with parallel_config("cluster", n_jobs=-1):
        assert joblib.effective_n_jobs(None) == 1000
        yield


def test_a_task_of_a_cluster_takes_one_thread(in_a_task_of_a_cluster):
    assert n_threads(None) == 1


def test_a_task_of_a_cluster_takes_no_more_than_its_machine_has(in_a_task_of_a_cluster):
    assert n_threads(-1) == joblib.cpu_count()
    assert n_threads(10_000) == joblib.cpu_count()
    assert n_threads(1) == 1


def test_on_one_machine_joblib_decides():
    assert n_threads(None) == 1
    assert n_threads(3) == 3
    assert n_threads(-1) == joblib.cpu_count()
    with parallel_config("threading", n_jobs=3):
        assert n_threads(None) == 3


def test_a_worker_among_others_takes_one_thread():
    assert Parallel(n_jobs=2)(delayed(n_threads)(n_jobs) for n_jobs in (None, None)) == [1, 1]
