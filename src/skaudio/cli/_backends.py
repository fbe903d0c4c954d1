"""``--backend``: the processes of this machine, or a cluster of Dask or Ray."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from joblib import cpu_count, parallel_config

from skaudio._cluster import check_workers

# Ray gives up on a task whose process was killed, unless it is asked to repeat it.
RAY_REPEATS = {"max_restarts": 10, "max_task_retries": 10}
CONNECT_SECONDS = 30


@contextmanager
def backend_in_force(name: str | None, jobs: int | None) -> Iterator[Callable[[str], None]]:
    """Let joblib compute on a cluster; check its workers.

    Parameters
    ----------
    name : str or None
        Value of ``--backend``; None: nothing changes.
    jobs : int or None
        Number of workers of a cluster that is started here; None: as many as cores.

    Yields
    ------
    callable
        Function that deletes a folder on all workers.
    """
    if name is None:
        yield lambda folder: None  # noqa: ARG005
        return
    kind, separator, address = name.partition("://")
    if address and jobs is not None:
        raise ValueError(f"--jobs is a number of processes of this machine. Omit it with --backend {name}.")
    with _dask(address, jobs) if kind == "dask" else _ray(separator and name, jobs) as delete:
        check_workers()
        yield delete


@contextmanager
def _dask(address: str, jobs: int | None) -> Iterator[Callable[[str], None]]:
    try:
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise ImportError(f'--backend dask needs Dask: pip install "skaudio[dask]" ({error})') from error
    cluster: Any = address
    if not address:
        n_workers = jobs or cpu_count()
        cluster = LocalCluster(n_workers=n_workers, threads_per_worker=1, dashboard_address="127.0.0.1:0")
        cluster.adapt(minimum=n_workers, maximum=n_workers)  # replaces workers that are killed while they start
    try:
        client = Client(cluster, timeout=CONNECT_SECONDS)
    except OSError as error:
        raise OSError(f"There is no Dask scheduler at {address!r}: {error}") from error
    try:
        with parallel_config("dask", n_jobs=-1, client=client):
            yield lambda folder: client.run(shutil.rmtree, folder, ignore_errors=True)
    finally:
        client.close()
        if not isinstance(cluster, str):
            cluster.close()


@contextmanager
def _ray(address: str, jobs: int | None) -> Iterator[Callable[[str], None]]:
    try:
        import ray
        from ray.util.joblib import register_ray
    except ImportError as error:
        raise ImportError(f'--backend ray needs Ray: pip install "skaudio[ray]" ({error})') from error
    register_ray()
    if address:
        try:
            ray.init(address, log_to_driver=False)
        except ConnectionError as error:
            raise OSError(f"There is no Ray cluster at {address!r}: {error}") from error
    else:
        ray.init("local", num_cpus=jobs or cpu_count(), include_dashboard=False, log_to_driver=False)
    try:
        with parallel_config("ray", n_jobs=-1, ray_remote_args=RAY_REPEATS):
            yield lambda folder: None  # noqa: ARG005
    finally:
        ray.shutdown()
