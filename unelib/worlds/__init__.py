"""Pictures with known attributes: drawn faces, Fashion-MNIST, CelebA, folders and hub data sets.

Every world gives an `ImageSet`: ids, pixels and a table of 0/1 attributes, row by row. Drawn faces also give the
factors behind them, so that an edit can be compared with the face in which just one factor differs.

Inside:

- `canvas`: A batch of small pictures painted from signed distances, with exact anti-aliasing and no supersampling
- `face_painter`: How a face is painted: one function a part, back to front, in the head's own frame
- `fashion`: Fashion-MNIST: photographs of clothes, shoes and bags, grey, 28 x 28, ten classes (Xiao, Rasul and
  Vollgraf, 2017)
- `hub_images`: Images of a data set on the Hugging Face hub
- `dealt_parts`: Parts of images that have none of their own: dealt out by a hash of names, so that more images move
  none
- `folder_layout`: How pictures lie in a folder: which files there are, in parts of its own, in a folder a class
- `image_folder`: A folder of images with a table of attributes, or with a sub-folder a class, as people have them
- `label_columns`: Columns of a table as attributes of 0 and 1: numbers, yes and no, and words of which there are few
- `label_tables`: Tables of labels, CSV, TSV, Parquet or JSON lines, and which of their columns names the pictures
- `picture_files`: Pictures in files, as squares of one size, read when they are asked for: what does not fit into
  memory at once

Public names, by file:

- `labelled_images`: ImageSet, OnError
- `celeba`: CELEBA_ATTRIBUTES
- `image_sets`: joined_pixels, load_images, load_parts, thumbnails
- `faces`: draw_faces, flip, sample_factors
- `known_factors`: continuous_factors
- `face_landmarks`: part_positions
- `moved_pictures`: displaced
- `pixel_attributes`: above_median, picture_statistics
- `fidelity`: psnr, relative_error, ssim
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
