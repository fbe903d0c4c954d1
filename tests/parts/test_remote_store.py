"""Runs that write a remote folder, which has no locks: each gives signs of life."""

import json
import os
import socket
import subprocess
import sys
import time

import pytest

from skaudio._parts import _remote_store
from skaudio._parts._remote_store import RemoteStore


@pytest.fixture(params=["memory", "s3"])
def url(request):
    request.getfixturevalue("remote" if request.param == "memory" else "bucket")
    return f"{request.param}://nights/features"


def test_files_are_written_listed_read_and_deleted(url, tmp_path):
    store = RemoteStore(url)
    assert store.names() == []
    assert not store.exists("a.txt")
    store.write("a.txt", b"one")
    with store.writing("b.txt") as path:
        path.write_bytes(b"two")
    assert sorted(store.names()) == ["a.txt", "b.txt"]
    assert store.exists("b.txt")
    assert store.read("b.txt") == b"two"
    with store.opened("a.txt") as file:
        file.seek(1)
        assert file.read() == b"ne"
    for _ in range(2):
        store.remove("a.txt")
    assert store.names() == ["b.txt"]
    with pytest.raises(FileNotFoundError, match=f"'{url}/a.txt' does not exist"):
        store.read("a.txt")


def test_what_was_not_written_to_its_end_does_not_appear(url):
    store = RemoteStore(url)

    def interrupted():
        with store.writing("b.txt") as path:
            path.write_bytes(b"tw")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert store.names() == []


def test_a_run_in_progress_is_seen_by_others(url):
    one, other = RemoteStore(url), RemoteStore(url)
    assert other.is_idle()
    with one.in_progress():
        assert one.is_idle()  # of other runs
        assert not other.is_idle()
    assert other.is_idle()
    assert other.names() == []


def test_a_killed_run_on_this_machine_is_known_at_once(url):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    store = RemoteStore(url)
    store.write(".run-1.json", json.dumps({"host": socket.gethostname(), "process": ended.pid}).encode())
    assert store.is_idle()
    store.write(".run-2.json", json.dumps({"host": "elsewhere", "process": os.getpid()}).encode())
    assert not store.is_idle()
    assert store.names() == [".run-2.json"]


def test_a_run_on_another_machine_is_taken_as_killed_without_a_sign(url, monkeypatch):
    store = RemoteStore(url)
    store.write(".run-2.json", json.dumps({"host": "elsewhere", "process": 1}).encode())
    monkeypatch.setattr(_remote_store, "SILENT_SECONDS", -1.0)
    assert store.is_idle()
    assert store.names() == []


def test_signs_are_given_again(url, monkeypatch):
    monkeypatch.setattr(_remote_store, "SIGN_SECONDS", 0.01)
    store, other = RemoteStore(url), RemoteStore(url)
    with store.in_progress():
        (mark,) = other.names()
        other.remove(mark)
        for _ in range(1000):
            if other.names() == [mark]:
                break
            time.sleep(0.01)
        assert not other.is_idle()
    assert other.names() == []
