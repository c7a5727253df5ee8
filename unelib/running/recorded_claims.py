"""What notebooks claim, each claim beside the recorded number that decides it: a list that `findings` reads."""

from typing import NamedTuple


class Finding(NamedTuple):
    """A claim that one recorded number supports, contradicts or leaves open.

    claim     what is claimed, a sentence
    stage     the notebook
    number    name of the number there
    measure   what it measures, with its unit
    null      name of the number that it is compared with, or a number; None: it stands alone, and nothing is decided
    beside    what the null is, in words before its number; a sentence of its own where the null is a number
    lower     whether the claim says that the number is below the null, not above
    """

    claim: str
    stage: str
    number: str
    measure: str
    null: str | float | None = None
    beside: str = ""
    lower: bool = False


LEAST = "less what it has to beat, in the world where that is smaller"
MET = "gain in the mean share of targets met"
FINDINGS = (
    Finding(
        "A face comes back from its noise", "00_tour", "round_trip_db", "likeness after the round trip in dB",
        "other_face_db", "of two different faces",
    ),
    Finding(
        "A linear probe reads the attribute from the noise", "00_tour", "noise_auc", "AUC on held-out faces",
        "shuffled_auc", "from shuffled labels",
    ),
    Finding(
        "The noise tells more of it than small pictures do", "00_tour", "noise_auc", "AUC on held-out faces",
        "pixels_auc", "from small pictures",
    ),
    Finding(
        "A step along the attribute's direction gives faces the attribute", "00_tour", "edited",
        "share of the faces that lacked it", "random", "after a random step of the same length",
    ),
    Finding(
        "CLIP's direction, carried into the noise, gives it as well", "00_tour", "edited_by_clip",
        "share of the faces that lacked it", "random", "after a random step of the same length",
    ),
    Finding(
        "An image's noise leads back to what the autoencoder makes of the image", "01_invert", "round_trip_db",
        "likeness after the round trip in dB", 30.0, "differences begin to show at 30 dB",
    ),
    Finding(
        "The solver finds the noise of a latent that was generated", "01_invert", "recovery_error", "relative error",
        0.1, "0.1 would be a tenth of it missed", lower=True,
    ),
    Finding(
        "Inversion finds the noise that a saved picture was made from", "01_invert", "picture_recovery_error",
        "relative error", 0.5, "0.5 would be half of it missed", lower=True,
    ),
    Finding(
        "Coordinates of the noise look more Gaussian than those of the latent that it was computed from",
        "01_invert", "coordinates_pass", "share of held-out images' coordinates that passes (D'Agostino-Pearson)",
        "clean_coordinates_pass", "of the latent",
    ),
    Finding(
        "Coordinates of the noise look as Gaussian as those of true Gaussian noise", "01_invert", "coordinates_pass",
        "share of held-out images' coordinates that passes (D'Agostino-Pearson)", "gaussian_coordinates_pass",
        "of true Gaussian noise",
    ),
    Finding(
        "Embeddings look as Gaussian on random projections as noise does", "02_encode", "pass_rate",
        "share of projections that passes (D'Agostino-Pearson)", "noise_pass_rate", "of the noise",
    ),
    Finding(
        "Images that are near in an encoder's view share attributes", "02_encode", "agreement",
        "share of attributes that neighbours have in common", "pixels", "among small pictures",
    ),
    Finding(
        "Attributes can be read from the noise by a linear probe", "03_probe", "noise_auc", "mean AUC", "shuffled_auc",
        "from shuffled labels",
    ),
    Finding(
        "Attributes are in the noise beyond what the highest noise level leaves of the picture", "03_probe",
        "beyond_leak", "gain in mean AUC", 0.0, "0 would be no gain",
    ),
    Finding(
        "Attributes can be read better from the noise than from small pictures", "03_probe", "beyond_pixels",
        "gain in mean AUC", 0.0, "0 would be no gain",
    ),
    Finding(
        "More than half of the attributes, taken one by one, can be read from the noise", "03_probe", "readable",
        "share of the attributes, at the 5 % level after Holm's correction", 0.5, "0.5 would be half",
    ),
    Finding(
        "A linear map carries attributes from the noise to the encoder", "04_align", "transfer_auc",
        "mean AUC of the encoder's own probe there", "shuffled_auc", "from shuffled rows",
    ),
    Finding(
        "A linear map from the noise carries more than one from small pictures does", "04_align", "transfer_auc",
        "mean AUC", "pixels_auc", "from small pictures",
    ),
    Finding(
        "A space that all views share lets attributes be read from the noise", "04_align", "shared_beyond_shuffled",
        "gain in mean AUC", 0.0, "0 would be no gain over shuffled rows",
    ),
    Finding(
        "A step along an attribute's direction gives images that attribute", "05_edit", "target",
        "share of those that lacked it", "random", "after a random step of the same length",
    ),
    Finding(
        "Keeping a step orthogonal to other attributes' directions lowers its side effects", "05_edit",
        "side_effects_less", "decrease for each unit of effect", 0.0, "0 would be no decrease",
    ),
    Finding(
        "Noise passes as Gaussian on random projections", "07_two_worlds", "projections", f"pass rate, {LEAST}", 0.0,
        "0 is 0.05 below what true Gaussian data pass",
    ),
    Finding(
        "Noise passes as Gaussian on single coordinates", "07_two_worlds", "coordinates", f"pass rate, {LEAST}", 0.0,
        "0 is 0.05 below what true Gaussian data pass",
    ),
    Finding(
        "Neighbours in the encoder's view share more attributes than neighbours among small pictures", "07_two_worlds",
        "neighbours", f"share of attributes, {LEAST}", 0.0, "0 is the upper end of small pictures",
    ),
    Finding(
        "Attributes can be read from the noise better than from the remaining signal", "07_two_worlds", "beyond_leak",
        f"AUC, {LEAST}", 0.0, "0 would be no gain in AUC",
    ),
    Finding(
        "Attributes can be read from the noise better than from small pictures", "07_two_worlds", "beyond_pixels",
        f"AUC, {LEAST}", 0.0, "0 would be no gain in AUC",
    ),
    Finding(
        "Attributes can be read from the noise better than from the clean latent", "07_two_worlds", "beyond_clean",
        f"AUC, {LEAST}", 0.0, "0 would be no gain in AUC",
    ),
    Finding(
        "Attributes that are easy to read from the encoder are easy to read from the noise", "07_two_worlds",
        "profiles", f"rank correlation, {LEAST}", 0.0, "0 would be no correlation",
    ),
    Finding(
        "Noise and encoder agree on that more than small pictures or the untrained encoder do", "07_two_worlds",
        "profiles_beyond", f"rank correlation, {LEAST}", 0.0,
        "0 is the better of small pictures and the untrained encoder",
    ),
    Finding(
        "A linear map carries attributes from the noise to the encoder", "07_two_worlds", "transfer",
        f"AUC, {LEAST}", 0.0, "0 is the best of the maps fitted to shuffled rows",
    ),
    Finding(
        "A linear map from the noise carries more than one from small pictures", "07_two_worlds",
        "transfer_beyond_pixels", f"AUC, {LEAST}", 0.0, "0 is the upper end of small pictures",
    ),
    Finding(
        "Noise and encoder share more canonical pairs than small pictures and encoder", "07_two_worlds",
        "pairs_beyond_pixels", f"number of pairs, {LEAST}", 0.0, "0 would be no more pairs",
    ),
    Finding(
        "A step along an attribute's direction edits more images than a random step of the same length",
        "07_two_worlds", "edits", f"share edited, {LEAST}", 0.0, "0 is the upper end of random steps",
    ),
    Finding(
        "Keeping a step orthogonal to other attributes' directions lowers its side effects", "07_two_worlds",
        "side_effects", f"decrease for each unit of effect, {LEAST}", 0.0, "0 would be no decrease",
    ),
    Finding(
        "Random projections of the noise pass a test of normality about as often as true Gaussian data",
        "08_gaussianity", "published_pass", "share of random projections that passes (Anderson-Darling)",
        "gaussian_pass_less", "0.05 below true Gaussian data",
    ),
    Finding(
        "Single coordinates of the noise pass about as often as those of its Gaussian twins", "08_gaussianity",
        "coordinates_pass", "share of coordinates that passes (Anderson-Darling)", "twins_coordinates_less",
        "0.05 below the median of the twins",
    ),
    Finding(
        "The noise passes every joint test of its leading components", "08_gaussianity", "smallest_adjusted_p",
        "smallest p after Holm's correction", 0.05, "0.05 is the level of the tests",
    ),
    Finding(
        "The noise is as long as N(0, I)", "08_gaussianity", "norm_mean", "mean length over that of N(0, I)", 0.95,
        "0.95 would be 5 % too short",
    ),
    Finding(
        "Pass rates of random projections reveal two clusters, three standard deviations from the centre",
        "08_gaussianity", "twins_cluster_power", "share of simulated data sets that are rejected", 0.5,
        "0.5 would be half of them",
    ),
    Finding(
        "A search for non-Gaussian directions reveals the same two clusters", "08_gaussianity", "cluster_power",
        "share of simulated data sets that are rejected", 0.5, "0.5 would be half of them",
    ),
    Finding(
        "The noise passes the published test of normality about as often as true Gaussian data", "09_paper",
        "pass_rate", "share of random projections that passes (Anderson-Darling)", "gaussian_pass_less",
        "0.05 below true Gaussian data",
    ),
    Finding(
        "The noise passes it more often than small pictures and the clean latent do", "09_paper", "pass_rate",
        "share of random projections that passes (Anderson-Darling)", "control_pass", "the better of the two",
    ),
    Finding(
        "Probes of the noise are more accurate than always naming the larger class", "09_paper", "accuracy",
        "mean accuracy of the published probe", "majority", "the majority rate",
    ),
    Finding(
        "Accuracies of noise and encoder, attribute by attribute, correlate more than the majority rate explains",
        "09_paper", "profile_r", "correlation over attributes", "majority_r", "of the encoder with the majority rate",
    ),
    Finding(
        "They correlate once the majority rate is taken out of both", "09_paper", "partial_r",
        "partial correlation over attributes", 0.0, "0 would be no correlation",
    ),
    Finding(
        "A linear map from the noise predicts the embedding better than the mean embedding does", "09_paper", "cosine",
        "cosine between predicted and true embedding", "mean_cosine", "of the mean embedding",
    ),
    Finding(
        "A linear map from the noise predicts it better than one from small pictures does", "09_paper", "cosine",
        "cosine between predicted and true embedding", "pixels_cosine", "from small pictures",
    ),
    Finding(
        "Views of the same images share more dimensions than views with shuffled rows", "10_une", "dimensions",
        "number of shared dimensions", "dimensions_shuffled", "with shuffled rows",
    ),
    Finding(
        "Held-out views are likelier under one shared latent than apart", "10_une", "gain",
        "gain in log-likelihood, nats an image", 0.0, "0 would be no gain",
    ),
    Finding(
        "Held-out views are likelier under this model than under the same model of shuffled rows", "10_une",
        "behind_shuffled", "gain in log-likelihood, nats an image", 0.0, "0 would be no gain",
    ),
    Finding(
        "A model of one shared latent is likelier than one of pairs of views", "10_une", "behind_pairs",
        "gain in log-likelihood, nats an image", 0.0, "0 would be no gain",
    ),
    Finding(
        "The model's 90 % intervals hold at least 85 % of the values in every view", "10_une", "coverage_least",
        "share held, in the view where it is least", 0.85, "0.85 would be 5 points too few",
    ),
    Finding(
        "The model predicts an encoder from the other views better than ridge regression", "10_une",
        "r2_beyond_ridge", "gain in R²", 0.0, "0 would be no gain",
    ),
    Finding(
        "Images drawn given the other views resemble their source more than images drawn given nothing",
        "10_une", "sample_beyond",
        "gain in correlation with the source", 0.0, "0 would be no gain",
    ),
    Finding(
        "A text, carried into the noise by the model, edits", "10_une", "flips_text_model",
        "share of images changed as asked", "flips_random_carried", "by a random direction, carried likewise",
    ),
    Finding(
        "A direction of an encoder, carried into the noise by the model, edits", "10_une", "flips_model",
        "share of images changed as asked", "flips_random_carried", "by a random direction, carried likewise",
    ),
    Finding(
        "The model carries directions better than ridge regression", "10_une", "flips_model",
        "share of images changed as asked", "flips_ridge", "by ridge regression",
    ),
    Finding(
        "Views are Gaussian on single coordinates", "11_evidence", "Gaussian_otherwise",
        "smallest margin of the share that passes", 0.0, "0 is 0.05 below Gaussian twins",
    ),
    Finding(
        "Attributes are linear in the views, beyond chance", "11_evidence", "linear_chance",
        "smallest gain in mean AUC", 0.0, "0: as shuffled labels or the remaining signal",
    ),
    Finding(
        "Attributes are linear in the views, beyond small pictures", "11_evidence", "linear_pixels",
        "smallest gain in mean AUC", 0.0, "0: as small pictures",
    ),
    Finding(
        "Attributes are linear in the views, beyond the same networks untrained", "11_evidence", "linear_untrained",
        "smallest gain in mean AUC", 0.0, "0: as untrained",
    ),
    Finding(
        "Noise predicts embeddings linearly, beyond chance", "11_evidence", "predictable_chance", "smallest gain in R²",
        0.0, "0: as shuffled rows or the remaining signal",
    ),
    Finding(
        "Noise predicts embeddings linearly, beyond small pictures", "11_evidence", "predictable_pixels",
        "smallest gain in R²", 0.0, "0: as small pictures",
    ),
    Finding(
        "Noise predicts embeddings linearly, beyond the noise of an untrained generator", "11_evidence",
        "predictable_untrained", "smallest gain in R²", 0.0, "0: as untrained",
    ),
    Finding(
        "Noise predicts trained encoders better than untrained ones", "11_evidence", "predictable_target",
        "smallest gain in R²", 0.0, "0: as the untrained encoder",
    ),
    Finding(
        "Views of one image are likelier together than views of different images", "11_evidence", "shared_mispaired",
        "smallest gain in log-likelihood, nats an image", 0.0, "0: as mispaired images",
    ),
    Finding(
        "A shared latent carries attributes, beyond chance", "11_evidence", "shared_chance",
        "smallest gain in mean AUC", 0.0, "0: as shuffled rows or the remaining signal",
    ),
    Finding(
        "A shared latent carries attributes, beyond small pictures", "11_evidence", "shared_pixels",
        "smallest gain in mean AUC", 0.0, "0: as small pictures in place of the noise",
    ),
    Finding(
        "A shared latent carries attributes, beyond the noise of an untrained generator", "11_evidence",
        "shared_untrained", "smallest gain in mean AUC", 0.0, "0: as untrained",
    ),
    Finding(
        "A shared latent carries attributes, beyond an untrained encoder", "11_evidence", "shared_target",
        "smallest gain in mean AUC", 0.0, "0: as the untrained encoder",
    ),
    Finding(
        "One latent is likelier than pairs of views", "11_evidence", "shared_otherwise",
        "smallest gain in log-likelihood, nats an image", 0.0, "0: as pairs",
    ),
    Finding(
        "Directions agree between noise and encoders, beyond chance", "11_evidence", "agree_chance",
        "smallest gain in cosine", 0.0, "0: as shuffled labels or random directions, carried",
    ),
    Finding(
        "Each attribute's own direction is the nearest that was carried, beyond chance", "11_evidence",
        "nearest_chance", "smallest gain in the share of attributes", 0.0, "0: as shuffled labels",
    ),
    Finding(
        "Directions agree between noise and encoders, beyond small pictures", "11_evidence", "agree_pixels",
        "smallest gain in cosine, in units of random directions'", 0.0, "0: as small pictures in place of the noise",
    ),
    Finding(
        "Directions agree between noise and encoders, beyond untrained encoders", "11_evidence", "agree_untrained",
        "smallest gain in cosine, in units of random directions'", 0.0, "0: as untrained",
    ),
    Finding(
        "Edits transfer from encoders to noise, beyond chance", "11_evidence", "edits_chance",
        "smallest gain in the share edited", 0.0, "0: as random directions",
    ),
    Finding(
        "Edits transfer from encoders to noise, beyond untrained encoders", "11_evidence", "edits_untrained",
        "smallest gain in the share edited", 0.0, "0: as untrained",
    ),
    Finding(
        "A picture known to 30 dB leaves at least half of its noise open", "posterior", "least_30",
        "share of the noise's variance left open, lower bound", 0.5, "0.5 would be half",
    ),
    Finding(
        "A picture saved in 8 bits leaves at most so much of its noise open", "posterior", "most_rounded",
        "share of the noise's variance, upper bound",
    ),
    Finding(
        "Inversion misses more of a saved picture's noise than the picture leaves open", "posterior", "left_to_find",
        "missed share of the variance, less the upper bound of what is left open", 0.0, "0 would be no more",
    ),
    Finding(
        "A coordinate of the shared latent tells of one factor, more than random axes would", "measures",
        "latent_modularity_gain", "gain in modularity", 0.0, "0: as in random axes",
    ),
    Finding(
        "A principal component of the noise tells of one factor, more than random axes would", "measures",
        "noise_modularity_gain", "gain in modularity", 0.0, "0: as in random axes",
    ),
    Finding(
        "A factor shows in one coordinate of the shared latent, more than in random axes", "measures",
        "latent_compactness_gain", "gain in compactness", 0.0, "0: as in random axes",
    ),
    Finding(
        "Factors can be read linearly from the shared latent", "measures", "latent_explicitness", "explicitness",
        "latent_shuffled", "from shuffled factors",
    ),
    Finding(
        "More linearly than from as many components of the noise", "measures", "latent_explicitness", "explicitness",
        "noise_explicitness", "from the noise",
    ),
    Finding(
        "Pictures of fresh noise lie less deep among images than images do", "measures", "samples_depth",
        "chance that an image is less deep than a sample", 0.5, "0.5 would be as deep", lower=True,
    ),
    Finding(
        "An edit makes an image less deep than it was", "measures", "edits_less_deep", "share of edited images", 0.5,
        "0.5 would be as many",
    ),
    Finding(
        "It does so more often than a random step of the same length", "measures", "edits_less_deep",
        "share of edited images", "random_less_deep", "after a random step",
    ),
    Finding(
        "Pictures of fresh noise are less diverse than as many images", "measures", "samples_vendi", "Vendi score",
        "images_vendi", "of images", lower=True,
    ),
    Finding(
        "An edit makes images more alike than a random step does", "measures", "edits_vendi", "Vendi score",
        "random_vendi", "after a random step", lower=True,
    ),
    Finding(
        "Images of one group alone miss the other group, and coverage shows it", "measures", "one_group_covers_other",
        "share of the other group that is covered", "images_cover_other", "by as many other images", lower=True,
    ),
    Finding(
        "Pictures of fresh noise cover the images that have what the edit asks for less than images do", "measures",
        "samples_cover_asked", "share of them that is covered", "images_cover_asked", "by as many other images",
        lower=True,
    ),
    Finding(
        "An edit leaves the images that lack what it asks for less covered", "measures", "edits_cover_others",
        "share of them that is covered", "images_cover_others", "by as many other images", lower=True,
    ),
    Finding(
        "Diversity in context prefers images to rows that point anywhere", "measures", "images_context",
        "score in context (Vendi)", "scattered_context", "of such rows",
    ),
    Finding(
        "The class is the one under which the denoiser errs least, more often than by chance", "classifier", "accuracy",
        "share of held-out images", "chance", "by chance",
    ),
    Finding(
        "It is so more often than with the same network untrained", "classifier", "beyond_untrained",
        "gain in accuracy", 0.0, "0 would be no gain",
    ),
    Finding(
        "Dropping clearly worse classes keeps at least 97 % of the verdicts", "classifier", "kept",
        "share of verdicts that stay", 0.97, "0.97 is what is asked",
    ),
    Finding(
        "It is right more often than a probe on noise by inversion", "classifier", "beyond_noise", "gain in accuracy",
        0.0, "0 would be no gain",
    ),
    Finding(
        "It is right at least as often as a probe on the encoder", "classifier", "beyond_encoder", "gain in accuracy",
        0.0, "0 would be no difference",
    ),
    Finding(
        "A probe of its errors is right more often than the least error", "classifier", "errors_beyond_least",
        "gain in accuracy", 0.0, "0 would be no gain",
    ),
    Finding(
        "The ODE's noise of a picture, decoded at another class, makes one of that class", "translation", "ode_arrives",
        "gain in the share that arrives", 0.0, "0 would be no gain over being told a third class",
    ),
    Finding(
        "DPM-Encoder's latents do", "translation", "dpm_arrives",
        "gain in the share that arrives", 0.0, "0 would be no gain over being told a third class",
    ),
    Finding(
        "Edit-friendly noise does", "translation", "friendly_arrives",
        "gain in the share that arrives", 0.0, "0 would be no gain over being told a third class",
    ),
    Finding(
        "FlowEdit does without latents", "translation", "flow_arrives",
        "gain in the share that arrives", 0.0, "0 would be no gain over being told a third class",
    ),
    Finding(
        "A translation keeps something of its own picture", "translation", "worst_stays",
        "gain in SSIM, of the worst way", 0.0, "0 would be no gain over another picture's translation",
    ),
    Finding(
        "At equal loss by SSIM, more arrive by DPM-Encoder than by the ODE's noise", "translation", "dpm_more_SSIM",
        "gain in the mean share that arrives", 0.0, "0 would be no gain",
    ),
    Finding(
        "At equal loss by SSIM, more arrive by edit-friendly noise than by the ODE's",
        "translation", "friendly_more_SSIM",
        "gain in the mean share that arrives", 0.0, "0 would be no gain",
    ),
    Finding(
        "At equal loss by SSIM, more arrive by FlowEdit than by the ODE's noise", "translation", "flow_more_SSIM",
        "gain in the mean share that arrives", 0.0, "0 would be no gain",
    ),
    Finding(
        "At equal loss of identity, more arrive by DPM-Encoder than by the ODE's noise",
        "translation", "dpm_more_identity",
        "gain in the mean share that arrives", 0.0, "0 would be no gain",
    ),
    Finding(
        "At equal loss of identity, more arrive by edit-friendly noise than by the ODE's",
        "translation", "friendly_more_identity",
        "gain in the mean share that arrives", 0.0, "0 would be no gain",
    ),
    Finding(
        "At equal loss of identity, more arrive by FlowEdit than by the ODE's noise",
        "translation", "flow_more_identity",
        "gain in the mean share that arrives", 0.0, "0 would be no gain",
    ),
    Finding(
        "A linear step in the noise does as well as translation by it, by SSIM", "translation", "linear_more_SSIM",
        "gain in the mean share that arrives", 0.0, "0 would be no difference",
    ),
    Finding(
        "More arrive by a linear step than by one from shuffled labels", "translation", "linear_beyond_chance",
        "gain in the share that arrives", 0.0, "0 would be no gain",
    ),
    Finding(
        "The flow's code looks more Gaussian than the embedding", "codes", "code_passes",
        "share of coordinates that passes (D'Agostino-Pearson)", "whitened_passes", "of the whitened embedding",
    ),
    Finding(
        "Noise predicts the code at all", "codes", "r2_code", "R² on held-out images", "r2_shuffled",
        "from shuffled rows",
    ),
    Finding(
        "Noise predicts the code better than the embedding", "codes", "gain", "gain in R²", 0.0,
        "0 would be no gain",
    ),
    Finding(
        "Attributes are read from the code at least as well as from the embedding", "codes", "auc_gain",
        "gain in mean AUC", 0.0, "0 would be no difference",
    ),
    Finding(
        "Networks trained apart make the same picture of the same noise, beyond mean and covariance", "replicas",
        "same_picture", "correlation of two pictures of one noise", "same_picture_by_moments",
        "with what mean and covariance make of it",
    ),
    Finding(
        "What they make of the same noise has the same attributes", "replicas", "judged",
        "correlation of what the judge sees in two pictures of one noise", "judged_by_moments",
        "with what mean and covariance make of it",
    ),
    Finding(
        "Networks trained apart give an image the same noise, beyond mean and covariance", "replicas", "same_noise",
        "correlation of two noises of one image", "same_noise_by_moments", "with that by mean and covariance",
    ),
    Finding(
        "Over trainings, attributes are linear in the noise beyond shuffled labels", "replicas", "linear_shuffled",
        "gain in mean AUC, over images and trainings", 0.0, "0: as shuffled labels",
    ),
    Finding(
        "Over trainings, attributes are linear in the noise beyond small pictures", "replicas", "linear_pixels",
        "gain in mean AUC, over images and trainings", 0.0, "0: as small pictures",
    ),
    Finding(
        "Over trainings, noise predicts the encoder beyond shuffled rows", "replicas", "predicts_shuffled",
        "gain in R², over images and trainings", 0.0, "0: as shuffled rows",
    ),
    Finding(
        "Over trainings, noise predicts the encoder beyond small pictures", "replicas", "predicts_pixels",
        "gain in R², over images and trainings", 0.0, "0: as small pictures",
    ),
    Finding(
        "Over trainings, a step edits more than a random one", "replicas", "edited",
        "share of images changed as asked, over trainings", "edited_random", "by a random step of the same length",
    ),
    Finding(
        "An encoder without labels or decoder reads attributes beyond small pictures", "encoders",
        "contrastive_reads", "gain in mean AUC", 0.0, "0: as small pictures",
    ),
    Finding(
        "Noise predicts it beyond shuffled rows", "encoders", "contrastive_beyond_shuffled", "gain in R²", 0.0,
        "0: as shuffled rows",
    ),
    Finding(
        "Noise predicts it beyond small pictures", "encoders", "contrastive_beyond_pixels", "gain in R²", 0.0,
        "0: as small pictures",
    ),
    Finding(
        "Its directions, carried into the noise, edit", "encoders", "contrastive_edits",
        "share of images changed as asked", "contrastive_random", "by random ones of its own, carried likewise",
    ),
    Finding(
        "Noise predicts an encoder of unrelated labels beyond shuffled rows", "encoders",
        "unrelated_beyond_shuffled", "gain in R²", 0.0, "0: as shuffled rows",
    ),
    Finding(
        "Its directions of attributes, carried into the noise, edit", "encoders", "unrelated_edits",
        "share of images changed as asked", "unrelated_random", "by random ones of its own, carried likewise",
    ),
    Finding(
        "Attributes of the picture can be read linearly from the latent that it was made of", "known_latent", "z_auc",
        "mean AUC", 0.5, "0.5 would be guessing",
    ),
    Finding(
        "They can be read better from it than from what an untrained GAN makes of it", "known_latent",
        "z_beyond_untrained", "gain in mean AUC", 0.0, "0 would be no gain",
    ),
    Finding(
        "They can be read better from it than from small pictures", "known_latent", "z_beyond_pixels",
        "gain in mean AUC", 0.0, "0 would be no gain",
    ),
    Finding(
        "The latent predicts the embedding linearly", "known_latent", "to_encoder_beyond_shuffled", "gain in R²", 0.0,
        "0: as from shuffled rows",
    ),
    Finding(
        "A linear map from the latent explains most of the embedding", "known_latent", "to_encoder",
        "R² on held-out images", 0.5, "0.5 would be half",
    ),
    Finding(
        "It predicts the embedding of a trained GAN's pictures better than that of an untrained one's", "known_latent",
        "to_encoder", "R² on held-out images", "to_encoder_untrained_gan", "where the GAN is untrained",
    ),
    Finding(
        "It predicts the embedding better than small pictures do", "known_latent", "to_encoder_beyond_pixels",
        "gain in R²", 0.0, "0: as from small pictures",
    ),
    Finding(
        "The embedding predicts the latent linearly", "known_latent", "to_latent_beyond_shuffled", "gain in R²", 0.0,
        "0: as from shuffled rows",
    ),
    Finding(
        "The embedding predicts the latent better than small pictures do", "known_latent", "to_latent_beyond_pixels",
        "gain in R²", 0.0, "0: as from small pictures",
    ),
    Finding(
        "The embedding predicts the latent better than that of an untrained encoder does", "known_latent",
        "to_latent_beyond_untrained", "gain in R²", 0.0, "0: as from the untrained encoder",
    ),
    Finding(
        "Inverted noise has unit variance", "inversion", "std", "standard deviation", 0.95,
        "0.95 would be 5 % too little",
    ),
    Finding(
        "The noise varies less where the image is flat", "inversion", "spread_with_detail",
        "rank correlation of spread and detail, place by place", "spread_by_chance", "of true Gaussian noise",
    ),
    Finding(
        "The solver with the best round trip finds the noise most accurately", "inversion", "best_round_trip_error",
        "its relative error, median [quartiles]", "least_error", "of the most accurate solver", lower=True,
    ),
    Finding(
        "The workbook's solver finds the noise more accurately than DDIM inversion as published", "inversion",
        "default_error", "relative error, median [quartiles]", "ddim_error", "of DDIM", lower=True,
    ),
    Finding(
        "Fresh noise in place of the first step brings the standard deviation near 1", "inversion", "repaired_std",
        "standard deviation", 0.95, "0.95 would be 5 % too little",
    ),
    Finding(
        "More than half of the attributes, taken one by one, can be read from the noise", "probing", "readable",
        "share of the attributes, at the 5 % level after Holm's correction", 0.5, "0.5 would be half",
    ),
    Finding(
        "Attributes can be read from the noise better than from random features of small pictures", "probing",
        "beyond_features", "gain in mean AUC", 0.0, "0 would be no gain",
    ),
    Finding(
        "Attributes can be read from the noise better than from the same network's noise untrained", "probing",
        "beyond_untrained", "gain in mean AUC", 0.0, "0 would be no gain",
    ),
    Finding(
        "Attributes that are easy to read from an encoder are easy to read from the noise", "probing", "profile_r",
        "rank correlation over attributes", 0.0, "0 would be no relation",
    ),
    Finding(
        "Noise and encoder agree on that more than small pictures and encoder do", "probing", "profile_beyond_pixels",
        "gain in rank correlation", 0.0, "0 would be no gain",
    ),
    Finding(
        "A linear map carries attributes from the noise to the encoder", "alignment", "transfer_auc",
        "mean AUC of the encoder's own probe there", "shuffled_auc", "the best of the maps fitted to shuffled rows",
    ),
    Finding(
        "A linear map from the noise carries more than one from small pictures does", "alignment", "transfer_auc",
        "mean AUC of the encoder's own probe there", "pixels_auc", "from small pictures",
    ),
    Finding(
        "It carries more than one from the same network's noise untrained", "alignment", "beyond_untrained",
        "gain in mean AUC", 0.0, "0 would be no gain",
    ),
    Finding(
        "The map loses less accuracy than always predicting the mean embedding does", "alignment", "accuracy_lost",
        "loss of accuracy", "unread_accuracy_lost", "of the mean embedding", lower=True,
    ),
    Finding(
        "A space that all views share lets attributes be read from the noise", "alignment", "shared_beyond_shuffled",
        "gain in mean AUC", 0.0, "0 would be no gain over shuffled rows",
    ),
    Finding(
        "Such a space reads more from the noise than from small pictures", "alignment", "shared_beyond_pixels",
        "gain in mean AUC", 0.0, "0 would be no gain",
    ),
    Finding(
        "A probe moves from the encoder to the noise by anchor images alone", "alignment", "stitched_auc",
        "mean AUC there", "stitched_shuffled", "the best of the shuffled anchors",
    ),
    Finding(
        "It reads more from the noise in this way than from whitened small pictures", "alignment",
        "stitched_beyond_pixels", "gain in mean AUC", 0.0, "0 would be no gain",
    ),
    Finding(
        "Noise and encoder agree on the nearest images", "alignment", "knn", "share of ten neighbours in common",
        "knn_shuffled", "5 % of the shuffles exceed",
    ),
    Finding(
        "They agree on them more than small pictures and encoder do", "alignment", "knn",
        "share of ten neighbours in common", "knn_pixels", "of small pictures",
    ),
    Finding(
        "A head of one encoder reads another by anchor images alone", "stitching", "head_auc", "mean AUC there",
        "head_shuffled", "the best of the shuffled anchors",
    ),
    Finding(
        "It reads as much as through a linear map fitted to all training pairs", "stitching", "head_auc",
        "mean AUC there", "head_mapped", "through the map",
    ),
    Finding(
        "Anchors may be images of another domain", "stitching", "foreign_auc", "mean AUC there", "foreign_shuffled",
        "the best of the shuffled anchors",
    ),
    Finding(
        "They carry as much as anchors of the same domain", "stitching", "foreign_auc", "mean AUC there", "head_auc",
        "by anchors of the same domain",
    ),
    Finding(
        "Another model's view gives a generator's latents by anchors alone", "stitching", "latent_r",
        "correlation of decoded and true latents", "latent_shuffled", "the best of the shuffled anchors",
    ),
    Finding(
        "It gives them better than small pictures do", "stitching", "latent_r",
        "correlation of decoded and true latents", "latent_pixels", "from small pictures",
    ),
    Finding(
        "It gives the generator's noise by anchors alone", "stitching", "noise_r",
        "correlation of decoded and true noise", "noise_shuffled", "the best of the shuffled anchors",
    ),
    Finding(
        "Pictures of latents so found show the attributes of the image", "stitching", "latent_pictures_auc",
        "mean AUC of the encoder's probe on them", "latent_pictures_shuffled", "of shuffled anchors",
    ),
    Finding(
        "Pictures generated from noise so found show them", "stitching", "noise_pictures_auc",
        "mean AUC of the encoder's probe on them", "noise_pictures_shuffled", "of shuffled anchors",
    ),
    Finding(
        "Whatever anchors are drawn, the head reads the other encoder", "stitching", "head_least",
        "mean AUC by the worst of the draws", "head_mixed", "the best of the draws, shuffled",
    ),
    Finding(
        "Whatever anchors are drawn, they give the generator's noise", "stitching", "noise_least",
        "correlation by the worst of the draws", "noise_mixed", "the best of the draws, shuffled",
    ),
    Finding(
        "A step round the sphere of the noise edits more images than a straight step", "editing", "geodesic_gain",
        "gain in the share changed as asked", 0.0, "0 would be no gain",
    ),
    Finding(
        "A step orthogonal to a second attribute's direction changes that attribute in fewer images", "editing",
        "orthogonal_gain", "decrease in the share where it changes", 0.0, "0 would be no decrease",
    ),
    Finding(
        "The likeliest change of the noise meets several attributes at once", "editing", "all_targets",
        "share of images in which all targets are met", "all_targets_random",
        "after a random change of the same length",
    ),
    Finding(
        "It meets them more often than the shortest change, prolonged to the same length", "editing",
        "likeliest_gain", "gain in the share of images", 0.0, "0 would be no gain",
    ),
    Finding(
        "The difference of class means edits, at limited drift", "side_by_side", "beyond_means", MET, 0.0,
        "0 would be no gain over the same from shuffled labels",
    ),
    Finding(
        "A text's direction, carried into the noise, edits at limited drift", "side_by_side", "beyond_text", MET, 0.0,
        "0 would be no gain over a random direction, carried likewise",
    ),
    Finding(
        "The pullback of a labelled direction edits at limited drift", "side_by_side", "beyond_pullback", MET, 0.0,
        "0 would be no gain over the same from shuffled labels",
    ),
    Finding(
        "A labelled direction of the bottleneck edits at limited drift", "side_by_side", "beyond_h", MET, 0.0,
        "0 would be no gain over the same from shuffled labels",
    ),
    Finding(
        "A principal component of the bottleneck edits at limited drift", "side_by_side", "beyond_component", MET, 0.0,
        "0 would be no gain over one picked by shuffled labels",
    ),
    Finding(
        "Some other way edits more than the difference of class means", "side_by_side", "best_gain",
        f"{MET}, of the best other way", 0.0, "0 would be no gain",
    ),
    Finding(
        "The edited image is nearer to the counterfactual than the unedited one", "side_by_side", "to_truth",
        "distance of the edited image, relative to the unedited one", 1.0, "1 would be as far", lower=True,
    ),
    Finding(
        "Attributes can be read from the bottleneck at the first step better than from the noise", "hspace",
        "first_step_auc", "mean AUC", "noise_auc", "from the noise",
    ),
    Finding(
        "Attributes can be read from the bottleneck at the last step better than from the noise", "hspace",
        "last_step_auc", "mean AUC", "noise_auc", "from the noise",
    ),
    Finding(
        "Principal components of the bottleneck go with attributes", "hspace", "components_beyond_chance",
        "share of components that correlate with one beyond chance", 0.05, "0.05 would be chance",
    ),
    Finding(
        "Labelled directions of the bottleneck edit beyond chance", "hspace", "beyond_chance",
        "gain in the share changed as asked", 0.0, "0 would be no gain over shuffled labels",
    ),
    Finding(
        "They edit beyond chance if only the predicted image is moved (Asyrp)", "hspace", "only_x0_beyond_chance",
        "gain in the share changed as asked", 0.0, "0 would be no gain over shuffled labels",
    ),
    Finding(
        "The first vector of the pullback basis moves an image", "pullback", "moved_first",
        "distance to the image before", "moved_random", "by a random vector of the same length",
    ),
    Finding(
        "The first vector changes more verdicts of the judge than a random vector of the same length", "pullback",
        "turned_first", "changed verdicts an image", "turned_random", "by the random vector",
    ),
    Finding(
        "It edits semantically: it changes more verdicts than a random vector that changes the picture as much",
        "pullback", "semantic_gain", "gain in changed verdicts an image", 0.0, "0 would be no gain",
    ),
    Finding(
        "Basis vectors are coarser at noisy timesteps", "pullback", "coarse_first",
        "share of power at low frequencies, first timestep", "coarse_last", "at the last timestep",
    ),
    Finding(
        "Tangent spaces of different images lie further apart at the last timestep than at the first", "pullback",
        "apart_gain", "gain in distance", 0.0, "0 would be no gain",
    ),
    Finding(
        "A direction of one image can be transported to another", "pullback", "transported_kept",
        "length kept of a unit vector, mean [range of pairs of images]", "transported_random", "by a random subspace",
    ),
    Finding(
        "The posterior mean of the trained denoiser moves in fewer directions than that of an untrained one",
        "subspaces", "rank_share", "rank at the lowest timestep, as a share of the state's columns", "untrained_share",
        "untrained", lower=True,
    ),
    Finding(
        "At the lowest timestep it moves in fewer directions than that of a Gaussian of equal mean and covariance",
        "subspaces", "rank_share", "rank at the lowest timestep, as a share of the state's columns", "gaussian_share",
        "of the Gaussian", lower=True,
    ),
    Finding(
        "At the highest timestep as well", "subspaces", "noisiest_share",
        "rank at the highest timestep, as a share of the state's columns", "gaussian_noisiest", "of the Gaussian",
        lower=True,
    ),
    Finding(
        "Planted subspaces are recovered from an exact denoiser", "subspaces", "planted_angle",
        "largest principal angle to the planted ones, in radians", 0.05, "0.05 was asked for", lower=True,
    ),
    Finding(
        "A local direction's change lies in the part that was to change", "subspaces", "local_share",
        "share of the squared change inside the part", "random_share", "of a random step of the same length",
    ),
    Finding(
        "It stays there more than the change by the first vector of the whole picture", "subspaces", "local_share",
        "share of the squared change inside the part", "unmasked_share", "of the unmasked vector, at the same length",
    ),
    Finding(
        "Keeping the rest still keeps the change inside the part", "subspaces", "still_gain",
        "gain in the share of the squared change inside", 0.0, "0 would be no gain over the mask alone",
    ),
    Finding(
        "A search finds a planted failure", "failures", "planted_found", "share of searches", "planted_drawn",
        "of as many plain draws",
    ),
    Finding(
        "The gradient finds it as well, from starts where it shows", "failures", "planted_climbed",
        "share of runs of 20 starts", "planted_drawn", "of plain draws",
    ),
    Finding(
        "Draws about what was found estimate a planted rate more narrowly than plain draws", "failures", "narrower",
        "width of the interval, of that of as many plain draws", 1.0, "1 would be no narrower", lower=True,
    ),
    Finding(
        "Noises fail to get what was asked for", "failures", "rate", "share of noises N(0, I)",
    ),
    Finding(
        "A search finds failures at fewer calls each than plain draws", "failures", "found_a_call",
        "lines that found a failure, a call", "rate", "of plain draws",
    ),
    Finding(
        "Noises off the usual length fail more often", "failures", "typical_auc", "AUC of the distance from it",
        "random_auc", "of a random direction",
    ),
    Finding(
        "Noises of low depth among the run's own fail more often", "failures", "depth_auc",
        "AUC of low Mahalanobis depth", "random_auc", "of a random direction",
    ),
    Finding(
        "Low likelihood by the shared latent foretells a failure", "failures", "une_auc", "AUC of low likelihood",
        "random_auc", "of a random direction",
    ),
    Finding(
        "A linear probe of the attribute foretells a failure", "failures", "probe_auc", "AUC on noises it never saw",
        "random_auc", "of a random direction",
    ),
    Finding(
        "Stochastic latents give back the image", "latents", "psnr", "likeness in dB, of the worse kind", 60.0,
        "60 dB is rounding",
    ),
    Finding(
        "Attributes can be read from the noise of all steps of DPM-Encoder", "latents", "dpm_auc", "mean AUC", 0.5,
        "0.5 is chance",
    ),
    Finding(
        "Attributes can be read from edit-friendly noise of all steps", "latents", "friendly_auc", "mean AUC", 0.5,
        "0.5 is chance",
    ),
    Finding(
        "A step in DPM-Encoder's latents edits", "latents", "dpm_beyond_shuffled", "gain in the share changed as asked",
        0.0, "0 would be no gain over shuffled labels",
    ),
    Finding(
        "A step in edit-friendly latents edits", "latents", "friendly_beyond_shuffled",
        "gain in the share changed as asked", 0.0, "0 would be no gain over shuffled labels",
    ),
    Finding(
        "Translated by DPM-Encoder, an image keeps more of itself than by the ODE's noise", "latents", "dpm_keeps_more",
        "gain in identity (cosine)", 0.0, "0 would be no gain",
    ),
    Finding(
        "Translated by edit-friendly noise, it keeps more of itself than by the ODE's noise", "latents",
        "friendly_keeps_more", "gain in identity (cosine)", 0.0, "0 would be no gain",
    ),
    Finding(
        "The arc between two noises is smoother than the straight line", "latents", "arc_gap",
        "difference in unevenness of change from frame to frame", 0.0, "0 would be no difference", lower=True,
    ),
    Finding(
        "Chains aligned with the picture's vary more than nearby noise that keeps as much", "variation", "aligned_gap",
        "gain in variety at the same identity", 0.0, "0 would be no gain",
    ),
    Finding(
        "Attention to the picture's chain keeps more of it than alignment alone", "variation", "attention_keeps",
        "gain in identity (cosine)", 0.0, "0 would be no gain",
    ),
    Finding(
        "Aligned chains are less like real pictures than nearby noise that keeps as much", "variation",
        "aligned_density_gap", "gain in density at the same identity", 0.0, "0 would be no gain", lower=True,
    ),
    Finding(
        "Pictures of the same generator untrained are unlike real ones", "variation", "untrained_density",
        "density among real pictures", 1.0, "1 is that of real pictures", lower=True,
    ),
    Finding(
        "Between a generator and itself stochastic latents give the picture back", "variation", "psnr_same",
        "likeness in dB, of the worse kind", 60.0, "60 dB is rounding",
    ),
    Finding(
        "The ODE's noise brings a picture into another domain", "variation", "ode_arrives",
        "gain in the share that arrives", 0.0, "0 would be no gain over shuffled labels",
    ),
    Finding(
        "DPM-Encoder's latents bring it there", "variation", "dpm_arrives", "gain in the share that arrives", 0.0,
        "0 would be no gain over shuffled labels",
    ),
    Finding(
        "Edit-friendly noise brings it there", "variation", "friendly_arrives", "gain in the share that arrives", 0.0,
        "0 would be no gain over shuffled labels",
    ),
    Finding(
        "DPM-Encoder's latents keep more of the picture on the way than the ODE's noise", "variation",
        "dpm_keeps_more", "gain in identity (cosine)", 0.0, "0 would be no gain",
    ),
    Finding(
        "Edit-friendly noise keeps more of it on the way than the ODE's noise", "variation", "friendly_keeps_more",
        "gain in identity (cosine)", 0.0, "0 would be no gain",
    ),
    Finding(
        "An encoder finds likely what the generator finds likely", "likelihood", "agreement",
        "rank correlation of log densities", 0.0, "0 would be no agreement",
    ),
    Finding(
        "It agrees more than small pictures tell", "likelihood", "beyond_pictures",
        "rank correlation, ranks by small pictures taken out", 0.0, "0 would be nothing beyond the picture",
    ),
    Finding(
        "Both find the same images least likely", "likelihood", "outliers",
        "share of the generator's least likely images that are the encoder's too", "by_chance",
        "unrelated views share at most, in 39 of 40 cases",
    ),
    Finding(
        "The length of its noise tells more of how likely an image is than the ODE's volume does", "likelihood",
        "of_noise", "rank correlation with log p", "of_volume", "what the ODE's volume tells",
    ),
    Finding(
        "Some block at some timestep holds attributes, the choice among all of them counted", "network",
        "best_in_folds", "mean AUC of the best place, by folds of the training images", "by_chance",
        "the best place exceeds in 5 % of shuffles of the labels",
    ),
    Finding(
        "Attributes can be read better there than from small pictures", "network", "beyond_pixels",
        "gain in mean AUC", 0.0, "0 would be no gain",
    ),
    Finding(
        "Better than from the best place in the same network untrained", "network", "beyond_untrained",
        "gain in mean AUC", 0.0, "0 would be no gain",
    ),
    Finding(
        "Better than from the noise that inversion finds", "network", "beyond_noise", "gain in mean AUC", 0.0,
        "0 would be no gain",
    ),
    Finding(
        "Better than from the last block at the same timestep", "network", "beyond_last", "gain in mean AUC", 0.0,
        "0 would be no gain",
    ),
    Finding(
        "Some noise on the image helps", "network", "noise_helps",
        "gain in mean AUC of the best place above the lowest timestep over the best one there", 0.0,
        "0 would be no gain",
    ),
    Finding(
        "Some block at some timestep predicts the encoder better than small pictures do", "network",
        "predicts_beyond_pixels", "gain in R²", 0.0, "0 would be no gain",
    ),
    Finding(
        "Better than the best place in the same network untrained", "network", "predicts_beyond_untrained",
        "gain in R²", 0.0, "0 would be no gain",
    ),
    Finding(
        "In every encoder an inner layer holds attributes better than the embedding", "network",
        "layer_beyond_embedding", "gain in mean AUC, in the encoder where it is least", 0.0, "0 would be no gain",
    ),
    Finding(
        "A block of the denoiser finds a part in another picture better than the same position does", "correspondence",
        "beyond_same", "gain in PCK", 0.0, "0 would be no gain",
    ),
    Finding(
        "Better than patches of bare pixels", "correspondence", "beyond_pixels", "gain in PCK", 0.0,
        "0 would be no gain",
    ),
    Finding(
        "Better than the best block of the same network untrained", "correspondence", "beyond_untrained",
        "gain in PCK", 0.0, "0 would be no gain",
    ),
    Finding(
        "Better than the patches of every encoder", "correspondence", "beyond_encoders",
        "gain in PCK, beside the encoder where it is least", 0.0, "0 would be no gain",
    ),
    Finding(
        "Fresh noise serves better than the state that inversion finds", "correspondence", "beyond_inverted",
        "gain in PCK", 0.0, "0 would be no gain",
    ),
    Finding(
        "Some noise on the picture helps to find parts", "correspondence", "noise_helps",
        "gain in PCK of the best block above the lowest timestep over the best one there", 0.0, "0 would be no gain",
    ),
    Finding(
        "In moved pictures it finds parts better than patches of bare pixels", "correspondence", "moved_beyond_pixels",
        "gain in PCK", 0.0, "0 would be no gain",
    ),
    Finding(
        "In moved pictures it finds parts better than the same network untrained", "correspondence",
        "moved_beyond_untrained", "gain in PCK", 0.0, "0 would be no gain",
    ),
    Finding(
        "It finds parts as well once pictures are moved", "correspondence", "moved_keeps", "gain in PCK by moving", 0.0,
        "0 would be no loss",
    ),
)  # fmt: skip
