"""Pictures with known attributes: drawn faces, Fashion-MNIST, CelebA, folders and hub data sets.

Every world gives an `ImageSet`: ids, pixels and a table of 0/1 attributes, row by row. Drawn faces also give the
factors behind them, so that an edit can be compared with the face in which just one factor differs.

Public names, by file:

- `labelled_images`: ImageSet, OnError
- `celeba`: CELEBA_ATTRIBUTES
- `image_sets`: joined_pixels, load_images, load_parts, thumbnails
- `faces`: draw_faces, flip, sample_factors
- `fidelity`: psnr, relative_error, ssim
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
