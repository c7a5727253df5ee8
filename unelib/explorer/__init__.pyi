from .copied_code import as_python as as_python
from .gallery import Gallery as Gallery
from .gallery import first_page as first_page
from .history import History as History
from .panels import Explorer as Explorer
from .serve import page_command as page_command
from .upload import Upload as Upload
