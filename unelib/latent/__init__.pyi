from .dimension import parallel_analysis as parallel_analysis
from .embedding_flow import EmbeddingFlow as EmbeddingFlow
from .rival_models import rivals as rivals
from .une import UNE as UNE
