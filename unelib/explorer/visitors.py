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
        self.alone_since, self.alone_before = {}, {}  # by kernel, seconds of a clock; at this look and at the last one

    async def cull_kernels(self):
        """Look for kernels to end. Voila leaves out those that wait for visitors, so they count anew after that."""
        self.alone_since, self.alone_before = {}, self.alone_since
        await super().cull_kernels()

    async def cull_kernel_if_idle(self, kernel_id):
        """End a kernel that nobody was connected to for `cull_idle_timeout` seconds."""
        if self._kernel_connections.get(kernel_id):
            return
        now = time.monotonic()
        self.alone_since[kernel_id] = self.alone_before.get(kernel_id, now)
        if now - self.alone_since[kernel_id] > self.cull_idle_timeout:
            await super().cull_kernel_if_idle(kernel_id)
