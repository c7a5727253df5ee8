"""Is a view Gaussian, by tests that can fail.

Random projections of many columns look normal for almost any data, so stricter tests stand beside them: coordinates,
joint statistics, the length of rows, spatial correlation, and projections that are searched for. Each has its null
and its power. Of single rows it is asked how typical they are, and how deep they lie in a set.

Public names, by file:

- `univariate`: AXES, SEPARATION, bimodal_control, gaussian_control, normality, normality_of_views, varying
- `multivariate`: STATISTICS, multivariate_normality, whitened_scores
- `projection_pursuit`: projected_halves, pursuit
- `pass_rates`: pass_rate_test, twin_pass_rates
- `whiteness`: coordinate_correlation, norm_concentration, spatial_correlation
- `report`: gaussian_report, power_curve, standard_report
- `alternatives`: bimodal, correlated, heavy_tailed, leaky
- `typicality`: GaussianDensity, typical_alike
- `depths`: depth, depth_test
- `noise_maps`: noise_diagnostics, patch_correlation, radial_spectrum
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
