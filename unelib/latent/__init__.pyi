from .dimension import parallel_analysis as parallel_analysis
from .rival_models import rivals as rivals
from .une import UNE as UNE
