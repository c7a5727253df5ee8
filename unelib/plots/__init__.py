"""Figures: every function takes data and optional axes, draws, and returns the axes.

One palette and one size serve the whole workbook, and every figure reads well in grey and at half a page's width.

Public names, by file:

- `figures`: DPI, MARKERS, PALETTE, TEXT, WIDTH, axes_for, few_ticks, pretty, quartiles, side_by_side, style
- `labels`: NAMED, Point, dark, headline, last_point, name_dots, name_lines, name_mark, spaced, wrapped
- `pictures`: dots, image_grid, labelled_rows, longest, noise_images, resized
- `matches`: match_rows
- `overview`: idea
- `estimates`: dot_plot
- `balance`: balanced
- `inversion`: solver_panels
- `gaussianity`: against_law, halves, p_heatmap, pass_bands, pass_rate_panels, pass_rates, power_panels, power_spectra,
  qq_fan, spread_map
- `probing`: compared, interval_panels, learning_curves, profile_scatter, reliability_panels, spectrum
- `factors`: infomec_panels
- `alignment`: beside_chance, measure_panels, pair_heatmap, pair_names
- `latent`: selection_curves, share_bars
- `editing`: area_bars, change_heatmap, judge_changes, share_met, trade_off_curves, unasked, walk_rows
- `geometry`: block_label, by_timestep, calls_curves, network_map, singular_values
- `evidence`: gaps, spread, verdict_map
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
