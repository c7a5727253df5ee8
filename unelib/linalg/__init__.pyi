from .cosine import unit_rows as unit_rows
from .covariance import Covariance as Covariance
from .grassmann import frechet_mean as frechet_mean
from .grassmann import grassmann_distance as grassmann_distance
from .grassmann import random_subspace as random_subspace
from .krylov import leading_triples as leading_triples
from .principal_space import thin as thin
from .stored_rows import StoredRows as StoredRows
