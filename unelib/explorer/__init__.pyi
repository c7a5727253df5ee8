from .panels import Explorer as Explorer
from .serve import page_command as page_command
