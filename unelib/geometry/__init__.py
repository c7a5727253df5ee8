"""Networks from inside: a denoiser's blocks, bottleneck and Jacobian, an encoder's layers, and ways between two noises.

h-space moves the bottleneck at every step (Haas et al.); the pullback asks which change of a state moves the
bottleneck most (Park et al.). Both give directions, which the rooms after this one can take.

Public names, by file:

- `hspace`: HSpace
- `state_walks`: Midway, states_at, walk_at
- `pullback`: Basis, global_basis, local_bases, local_basis, transported
- `interpolation`: interpolate, pictures, smoothness
- `hooks`: bottleneck
- `denoiser_blocks`: block_activations, block_names
- `encoder_layers`: layer_activations
- `feature_maps`: block_maps, layer_maps, patch_maps, state_maps
- `part_matching`: hits, match_errors, match_points, match_scores, place_errors
- `jacobian`: Jacobian
- `likelihood`: log_likelihood
- `posterior`: ROUNDING, left_open
- `denoised`: denoised_mean, noise_level
- `mean_rank`: gaussian_rank, mean_ranks, numerical_rank
- `subspace_union`: SubspaceUnion, tangent_spaces, union_of_subspaces
- `local_edits`: LocalDirections, changes_inside, local_directions
- `conditional_errors`: denoising_errors, error_encoder, pair_errors
- `diffusion_classifier`: accuracy_by_calls, classify, decide
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
