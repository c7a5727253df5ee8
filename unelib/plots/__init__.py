"""Figures: every function takes data and optional axes, draws, and returns the axes.

One palette and one size serve the whole workbook, and every figure reads well in grey.

Public names, by file:

- `figures`: MARKERS, PALETTE, WIDTH, axes_for, pretty, quartiles, side_by_side, style
- `pictures`: image_grid, labelled_rows, noise_images, resized
- `overview`: idea
- `estimates`: dot_plot
- `inversion`: calls_curves, frontiers
- `gaussianity`: against_law, halves, p_heatmap, pass_bands, pass_rates, power_panels, power_spectra, qq_fan, spread_map
- `probing`: compared, interval_plot, learning_curves, name_spokes, profile_scatter, radar, radar_panels,
  reliability_diagram, spectrum
- `alignment`: beside_chance, measure_panels, pair_heatmap, pair_names
- `latent`: selection_curves, share_bars
- `editing`: area_bars, bars, change_heatmap, judge_bars, share_met, trade_off_curves
- `geometry`: by_timestep, singular_values
- `evidence`: gaps, spread, verdict_map
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
