"""The hypothesis as a model: one Gaussian latent, and every view a noisy linear picture of it.

From a fitted `UNE` follow the latent of an image, the prediction of any view from others, and how likely new rows
are. Its number of dimensions is chosen by rows it never saw, and rival models stand beside it.

Inside:

- `joint_rows`: Training rows of several views, of which a fit asks the products alone
- `linear_gaussian`: The linear-Gaussian model of several views, x_v = mu_v + C_v z + e_v, fitted by expectation
  maximisation
- `selection`: What held-out rows choose: shared dimensions, ridge and steps of the fit

Public names, by file:

- `une`: UNE
- `embedding_flow`: EmbeddingFlow
- `dimension`: parallel_analysis
- `rival_models`: rivals
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
