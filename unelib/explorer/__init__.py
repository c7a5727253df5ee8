"""Controls over the same functions that the notebooks call.

It computes nothing of its own: what the controls say is one `EditState`, and the pictures and the judge's numbers
follow from it.

Inside:

- `worker`: One thread that draws what was asked for last; a newer request ends the drawing of an older one
- `pictures`: Pictures of noise, drawn once each, and how they come into a page
- `controls`: Sliders and toggles, each with a name
- `control_board`: All controls as one edit, read from them and put back into them
- `noise_editor`: Noise of an image, a seed or one's own picture, and what an edit makes of it
- `edit_data`: The edit to save, to load and to copy as code
- `perfect_edits`: What a perfect edit would have made, where that can be known
- `folded_parts`: What is folded away below the pictures, made when it is first opened
- `common_ground`: What noise shares with the encoders, for the map and for morphs
- `start_pictures`: The images there are to choose from, as small pictures
- `visitors`: The kernels of a served page, which end after their visitors
- `captions`: Which image it is, what was done to it, and when a picture means little or is missing
- `judge_bars`: The judge's probabilities before and after as bars
- `films`: Frames of noise along an edit, on many images, between two of them, or at random
- `film_files`: The pictures of a film as files
- `own_picture`: One's own picture as noise, compared with images that the model knows
- `small_pictures`: Pictures inside a page, and what is said about each

Public names, by file:

- `panels`: Explorer
- `serve`: page_command
- `page_errors`: tell_errors
- `history`: History
- `copied_code`: as_python
- `film_panel`: Films
- `gallery`: Gallery, first_page
- `latent_map`: LatentMap
- `map_planes`: principal_plane, score_plane, shared_plane
- `swipe`: Swipe
- `upload`: Upload
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
