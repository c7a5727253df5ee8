"""Recipes, runs and what they found.

A recipe names notebooks and parameters, Papermill executes them, several at once, and what has not changed is skipped.
A sweep is a recipe at many settings. The views that a recipe asks for can also be made without notebooks, in job arrays
or by Ray's workers.

Inside:

- `foresight`: What a recipe's later notebooks will ask for, looked at before its first one starts: images, attributes
  and noise
- `forecast`: How long steps will take and how much disk their views, before anything runs: from earlier runs, or not at
  all
- `kernels`: One notebook in a kernel of its own, by Papermill; and what went wrong, in a sentence
- `marks`: Marks: what an executed step leaves beside its notebook, by which it is known to be finished and unchanged
- `models_named`: Which models steps will load, by what their parameters name
- `notebooks`: What a notebook says of itself: its parameters, with their kinds, and in its metadata what it reads and
  leaves
- `provenance`: Where a result comes from: revision, versions, machine
- `recorded_claims`: What notebooks claim, each claim beside the recorded number that decides it
- `ray_workers`: Shards made by Ray: workers load the model once each, take shards one by one, and may die
- `twins`: Steps of a sweep that are the same at several points: executed once, then copied, views by hard links
- `two_images`: A trial of two images: how long views take, each computed as a run would, and nothing kept

Public names, by file:

- `workspace`: Workspace, runs_with_zoo
- `parameters`: Attribute, Box, Chosen, Count, Counts, Dimensions, DrawnPart, Edits, EmbeddingName, EmbeddingNames,
  EncoderName, EncoderNames, GeneratorName, GeneratorNames, ImageSetName, JudgeModel, JudgeName, Names, Number,
  Numbers, OtherGenerator, Pair, Positive, Run, RunOrThis, Runs, Scorer, Seed, Share, Shares, Strengths, Targets,
  Text, TextPairs, Texts, Timestep, Timesteps, Trials, ViewName, ViewNames, ViewSets, check_parameters
- `sweeps`: Sweep
- `recipes`: Recipe, plan, read_recipe, swept
- `schema`: recipe_schema
- `steps`: Step, recipe_steps
- `execute`: StepsFailed, run
- `rehearsal`: Prospects, dry_run
- `runs_as_data`: beyond_intervals, results, tables_of
- `claims_in_words`: findings, what_holds
- `html_report`: report
- `views`: build_recipe, build_views, view_parameters
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
