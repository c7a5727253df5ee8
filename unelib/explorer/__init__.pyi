from .panels import Explorer as Explorer
