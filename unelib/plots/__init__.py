"""Figures: every function takes data and optional axes, draws, and returns the axes.

One palette and one size serve the whole workbook, and every figure reads well in grey.

Public names, by file:

- `figures`: MARKERS, PALETTE, WIDTH, area_bars, axes_for, bars, calls_curves, change_heatmap, compared, frontiers,
  image_grid, interval_plot, judge_bars, labelled_rows, learning_curves, mean_curve, name_spokes, noise_images,
  pass_rates, power_spectra, pretty, profile_scatter, qq_fan, quartiles, radar, radar_panels, reliability_diagram,
  resized, side_by_side, spectrum, spread_map, style, trade_off_curves
- `gaussianity`: against_law, halves, p_heatmap, pass_bands, power_panels
- `alignment`: beside_chance, measure_panels, pair_heatmap, pair_names
- `latent`: selection_curves, share_bars
- `geometry`: by_timestep, singular_values
- `evidence`: gaps, spread, verdict_map
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
