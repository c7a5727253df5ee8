"""The command that serves a notebook as a page."""

import json
import socket
from pathlib import Path

import pytest
from traitlets.config import Config
from voila.configuration import VoilaConfiguration

from unelib.explorer.serve import IDLE, page_command
from unelib.explorer.visitors import VisitorKernels

NOTEBOOK = Path("06_explore.ipynb")


def test_kernels_wait_for_visitors_and_end_after_them():
    command = page_command(NOTEBOOK, 8899, ready=3)
    assert "--pool_size=3" in command and f"--MappingKernelManager.cull_idle_timeout={IDLE}" in command
    assert "--MappingKernelManager.cull_interval=30" in command and "--no-browser" not in command
    assert "--no-browser" in page_command(NOTEBOOK, 8899, browser=False)


def test_settings_of_every_page_are_known_to_voila():
    (place,) = [part.partition("=")[2] for part in page_command(NOTEBOOK, 8899) if "config_file_paths" in part]
    settings = json.loads((Path(place) / "voila.json").read_text())
    told = VoilaConfiguration(config=Config(settings))
    assert told.preheat_kernel and told.show_tracebacks and told.multi_kernel_manager_class is VisitorKernels
    assert "http" not in settings["Voila"]["tornado_settings"]["headers"]["Content-Security-Policy"]


def test_how_long_a_closed_page_is_kept_is_chosen_and_looked_at_often_enough():
    command = page_command(NOTEBOOK, 8899, idle=2)
    assert command[-2:] == ["--MappingKernelManager.cull_idle_timeout=2", "--MappingKernelManager.cull_interval=1"]


@pytest.mark.parametrize("port", [-1, 0, 80, 65536])
def test_a_port_that_cannot_be_is_refused(port):
    with pytest.raises(ValueError, match=f"port is {port}; choose one of 1024 to 65535"):
        page_command(NOTEBOOK, port)


def test_a_port_that_is_taken_is_named():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ValueError, match=f"port {port} is taken; choose another with --port"):
            page_command(NOTEBOOK, port)
