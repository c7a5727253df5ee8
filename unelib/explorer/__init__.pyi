from .copied_code import as_python as as_python
from .history import History as History
from .panels import Explorer as Explorer
from .serve import page_command as page_command
