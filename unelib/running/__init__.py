"""Recipes, runs and what they found.

A recipe names notebooks and parameters, Papermill executes them, and what has not changed is skipped. The views that
a recipe asks for can also be made without notebooks, in job arrays or by Ray's workers.

Inside:

- `foresight`: What a recipe's later notebooks will ask for, looked at before its first one starts: images, attributes
  and noise
- `ray_workers`: Shards made by Ray: workers load the model once each, take shards one by one, and may die

Public names, by file:

- `workspace`: Workspace, runs_with_zoo
- `parameters`: Chosen, Count, Counts, Dimensions, Edits, EncoderName, EncoderNames, GeneratorName, GeneratorNames,
  JudgeName, Names, Number, Numbers, Pair, Positive, Run, Runs, Seed, Share, Shares, Strengths, Targets, Text,
  TextPairs, Texts, Timestep, Timesteps, Trials, ViewSets, check_parameters
- `recipes`: Recipe, plan, read_recipe, recipe_schema
- `execute`: run
- `views`: build_recipe, view_parameters
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
