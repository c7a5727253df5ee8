"""From image to noise and back.

Inversion and generation solve the probability-flow ODE, one way and the other, by one of several solvers. What each
loses is measured on noise that is known, and a stochastic latent that loses nothing stands beside them.

Inside:

- `noise_regularisation`: What ReNoise pulls an estimate of the noise towards: no correlation, and the local moments of
  a fresh estimate

Public names, by file:

- `choices`: Grid, Solver
- `deterministic`: Inversion, generate, generate_latents, invert, leak, reconstruct, to_images, to_latents
- `ode`: SETTINGS, noise_settings, solved_by
- `round_trips`: recovery, round_trip
- `cost_accuracy`: PEERS, frontier
- `second_moments`: GaussianFlow
- `solvers`: SOLVERS
- `stochastic`: decode, encode, step_diagnostics
- `translation`: translate
- `aligned_chains`: nearby_noise, variations
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
