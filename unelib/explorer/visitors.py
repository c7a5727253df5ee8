"""The kernels behind a served page: each ends some time after its visitor has left, and none before one has come.

Voila loads it (`voila.json`); nothing else does.
"""

import time

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager


class VisitorKernels(AsyncMappingKernelManager):
    """Counts a kernel's idle time from when its visitor left, where jupyter_server counts from its last message.

    A kernel that waited for a visitor has been silent for long. Without this it would be ended if somebody looked for
    idle kernels while the visitor's page was loading, and the page would stay empty.
    """

    def __init__(self, **how):
        super().__init__(**how)
        self.alone_since = {}  # by kernel, seconds of a clock that only goes forward

    async def cull_kernel_if_idle(self, kernel_id):
        """End a kernel that nobody was connected to for `cull_idle_timeout` seconds."""
        if self._kernel_connections.get(kernel_id):
            self.alone_since.pop(kernel_id, None)
            return
        since = self.alone_since.setdefault(kernel_id, time.monotonic())
        if time.monotonic() - since > self.cull_idle_timeout:
            self.alone_since.pop(kernel_id)
            await super().cull_kernel_if_idle(kernel_id)
