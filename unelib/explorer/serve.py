"""A notebook served as a page: the command that starts Voila so that many visits leave nothing behind."""

import socket
import sys
from pathlib import Path

IDLE = 120  # seconds after which a kernel that nobody is connected to ends
LOOKS = 4  # for such kernels in that time
SETTINGS = Path(__file__).parent  # where voila.json lies


def page_command(notebook: Path, port: int, browser: bool = True, ready: int = 1, idle: int = IDLE) -> list[str]:
    """The command that serves a notebook as a page on this machine.

    Kernels are started ahead of visits, so that a page is there at once; a kernel ends some time after its page was
    closed. What goes wrong in a cell is shown in the page, since whoever serves it is whoever reads it. The page loads
    nothing from elsewhere: Voila's own would ask for icons that it brings along, and wait where there is no network.
    What is the same for every page stands in `voila.json`.

    Parameters
    ----------
    notebook : Path
        What is served.
    port : int
        Where it answers, 1024 to 65535.
    browser : bool
        Whether a browser is opened on it.
    ready : int
        Kernels that wait for visitors.
    idle : int
        Seconds for which a kernel waits for a page that was closed, since the visitor may come back to it.

    Returns
    -------
    list of str
        Arguments, the first of them the Python that runs here.

    Raises
    ------
    ValueError
        If the port is not of that range, or taken.

    Examples
    --------
    >>> page_command(Path("06_explore.ipynb"), 8899, browser=False)[1:5]
    ['-m', 'voila', '06_explore.ipynb', '--port=8899']
    """
    check_port(port)
    manager, look = "--MappingKernelManager", max(idle // LOOKS, 1)
    kernels = [f"{manager}.cull_idle_timeout={idle}", f"{manager}.cull_interval={look}"]
    page = [f"--Voila.config_file_paths={SETTINGS}", f"--pool_size={ready}", *([] if browser else ["--no-browser"])]
    return [sys.executable, "-m", "voila", str(notebook), f"--port={port}", *page, *kernels]


def check_port(port):
    """ValueError unless a page can be served at a port of this machine."""
    if not 1024 <= port <= 65535:
        raise ValueError(f"port is {port}; choose one of 1024 to 65535")
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise ValueError(f"port {port} is taken; choose another with --port, such as --port {port + 1}")
