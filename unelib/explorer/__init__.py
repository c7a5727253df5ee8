"""Controls over the same functions that the notebooks call.

It computes nothing of its own: a slider sets a strength, and the picture and the judge's numbers follow.

Inside:

- `worker`: One thread that draws what was asked for last; a newer request ends the drawing of an older one
- `pictures`: Pictures of noise, drawn once each, and how they come into a page
- `controls`: Sliders and toggles, each with a name
- `visitors`: The kernels of a served page, which end after their visitors
- `captions`: Which image it is, what was done to it, and when a picture means little or is missing
- `judge_bars`: The judge's probabilities before and after as bars

Public names, by file:

- `panels`: Explorer
- `serve`: page_command
- `history`: History
- `copied_code`: as_python
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
