"""h-space: rows are the bottlenecks on the way, moves are made where they should be, and a move of zero is none."""

import copy
from contextlib import contextmanager

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from unelib.editing.directions import direction
from unelib.geometry.hooks import output_given
from unelib.geometry.hspace import HSpace, Reader, chained
from unelib.inversion import stochastic
from unelib.inversion.deterministic import generate, generate_latents, invert
from unelib.linalg.direction_algebra import Direction
from unelib.models.generators import load_generator
from unelib.probing.linear_probe import LinearProbe

STEPS, WIDTH = 4, 64
SOLVERS = ["ab2", "ddim", "heun"]


@pytest.fixture(scope="module")
def load(model_folder):
    return lambda name, **options: load_generator(model_folder(name), "cpu", **options)


@pytest.fixture(scope="module")
def ldm(load):
    return load("ldm")


def noise_for(gen, n=3):
    return np.random.default_rng(0).standard_normal((n, *gen.latent_shape)).astype(np.float32)


def some(space, seed=1, sigma=5.0):
    v = np.random.default_rng(seed).standard_normal(space.dim)
    return Direction("some", v / np.linalg.norm(v), sigma)


@contextmanager
def recorded(module, incoming=False):
    """A list that grows by a module's output, or by what comes in, with each call within."""
    found = []
    if incoming:
        handle = module.register_forward_pre_hook(lambda module, given: found.append(given[0]))
    else:
        handle = module.register_forward_hook(lambda module, given, h: found.append(h))
    try:
        yield found
    finally:
        handle.remove()


@pytest.mark.parametrize("solver", [*SOLVERS, "euler", "fixed-point"])
@pytest.mark.parametrize("name", ["ldm", "flow"])
def test_rows_are_the_bottlenecks_step_by_step(load, name, solver):
    gen = load(name)
    space, noise = HSpace(gen, STEPS, solver), noise_for(gen)
    with recorded(gen.unet.mid_block) as found:
        generate_latents(gen, noise, STEPS, solver)
    by_hand = torch.stack(found[:: 2 if solver == "heun" else 1], 1).flatten(1)
    assert space.shape == (16, 2, 2) and space.dim == STEPS * WIDTH and len(space.timesteps) == STEPS
    np.testing.assert_allclose(space.rows(noise), by_hand, atol=1e-6)


def test_batches_make_no_difference(ldm):
    space, noise = HSpace(ldm, STEPS), noise_for(ldm, 5)
    whole = space.rows(noise)
    assert whole.shape == (5, space.dim) and whole.dtype == np.float32
    for size in (2, "auto"):
        np.testing.assert_allclose(space.rows(noise.reshape(5, -1), size), whole, atol=1e-5)


@pytest.mark.slow
def test_under_guidance_the_pass_under_the_condition_is_remembered(load):
    gen = load("sd", prompt="a hat", guidance=3.0)
    space = HSpace(gen, STEPS, "ddim")
    with recorded(gen.unet.mid_block) as found:
        rows = space.rows(noise_for(gen))
    conditional, empty = (torch.stack(found[i::2], 1).flatten(1).numpy() for i in (0, 1))
    np.testing.assert_array_equal(rows, conditional)
    assert np.abs(rows - empty).max() > 1e-6


@pytest.mark.slow
@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("asymmetric", [False, True])
@pytest.mark.parametrize("name", ["ldm", "sd", "flow"])
def test_a_move_of_zero_is_the_generator_itself(load, name, solver, asymmetric):
    gen = load(name, prompt="a hat", guidance=3.0)
    space, noise = HSpace(gen, STEPS, solver), noise_for(gen)
    images = space.walk(noise, some(space), [0, 2], asymmetric=asymmetric)
    made = generate(gen, noise, STEPS, solver)
    assert np.abs(images[0].astype(int) - made).max() <= 1  # rounding: batches of 6 beside batches of 3
    assert images.shape == (2, 3, 16, 16, 3) and (images[1] != made).any()
    np.testing.assert_array_equal(space.walk(noise, some(space), [0], asymmetric=asymmetric)[0], made)
    steered = generate(space.steered(some(space), 2, asymmetric=asymmetric), noise, STEPS, solver)
    assert np.abs(images[1].astype(int) - steered).max() <= 1


@pytest.mark.parametrize("asymmetric", [False, True])
@pytest.mark.parametrize("batch_size", [64, 4])
def test_moves_of_its_own_make_the_pictures_of_each_image_alone(ldm, asymmetric, batch_size):
    space, noise, how = HSpace(ldm, STEPS), noise_for(ldm), {"asymmetric": asymmetric}
    own = np.array([[1.0, -2.0, 0.0], [3.0, 0.5, 2.0]])
    together = space.walk(noise, some(space), own, batch_size=batch_size, **how).astype(int)
    alone = [space.walk(noise[[i]], some(space), own[:, i], **how)[:, 0] for i in range(3)]
    assert np.abs(together - np.stack(alone, 1)).max() <= 1 and (together[0] != together[1]).any()
    np.testing.assert_array_equal(
        space.walk(noise, some(space), [[2.0] * 3], **how), space.walk(noise, some(space), [2.0], **how)
    )


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_move_back_undoes_a_move(ldm, solver):
    space, noise = HSpace(ldm, STEPS, solver), noise_for(ldm)
    there = space.steered(some(space), 3)
    back = HSpace(there, STEPS, solver).steered(some(space), -3)
    plain, moved, undone = (generate_latents(gen, noise, STEPS, solver) for gen in (ldm, there, back))
    np.testing.assert_allclose(undone, plain, atol=1e-5 * np.abs(plain).max())
    assert np.abs(moved - plain).max() > 1e-3


def test_each_timestep_is_moved_by_its_own_part_and_others_by_the_nearest(ldm):
    space = HSpace(ldm, STEPS)
    d = some(space)
    gen, moves = space.steered(d, -1.5), -1.5 * 5 * d.vector.reshape(STEPS, *space.shape)
    with recorded(ldm.unet.mid_block) as own, recorded(ldm.unet.up_blocks[0], incoming=True) as after:
        for function in (gen.slope, gen.eps):
            for t in (*space.timesteps, 0.0):
                function(torch.from_numpy(noise_for(ldm)), t)
    for i, (h, moved) in enumerate(zip(own, after, strict=True)):
        expected = np.broadcast_to(moves[min(i % (STEPS + 1), STEPS - 1)], h.shape)
        np.testing.assert_allclose(moved - h, expected, atol=1e-5)


def test_under_guidance_both_passes_are_moved(load):
    gen = load("sd", prompt="a hat", guidance=3.0)
    space, x = HSpace(gen, STEPS), torch.from_numpy(noise_for(gen))
    t, move = space.timesteps[1], torch.from_numpy(some(space).vector.reshape(STEPS, *space.shape)[1] * 5).float()
    with recorded(gen.unet.mid_block) as passes:
        moved = space.steered(some(space), 1).eps(x, t)
    one, other = output_given(gen, x, t, passes[0] + move), gen.predict(x, t, gen.negative)
    assert len(passes) == 2 and (other + 3 * (one - other) - moved).abs().max() > 1e-4
    gen.condition, gen.guidance = gen.negative, 1.0
    other = output_given(gen, x, t, passes[1] + move)
    torch.testing.assert_close(moved, other + 3 * (one - other))


def asyrp(gen, steered, x, schedule):
    """DDIM with the predicted image from the moved noise, and the noise that is put back from the plain one."""
    for i in range(schedule.steps, 0, -1):
        t, (low, high) = schedule.timesteps[i], 1 / (1 + schedule.levels[[i - 1, i]] ** 2)
        image = (x - (1 - high) ** 0.5 * steered.eps(x, t)) / high**0.5
        x = low**0.5 * image + (1 - low) ** 0.5 * gen.eps(x, t)
    return x / schedule.scales[0]


def asyrp_flow(gen, steered, x, schedule):
    """The same of a flow, x = (1 - t) image + t noise."""
    for i in range(schedule.steps, 0, -1):
        t, (low, high) = schedule.timesteps[i], schedule.levels[[i - 1, i]]
        image, noise = x - high * steered.slope(x, t), x + (1 - high) * gen.slope(x, t)
        x = (1 - low) * image + low * noise
    return x


@pytest.mark.parametrize("name, written_out", [("ldm", asyrp), ("sd2", asyrp), ("flow", asyrp_flow)])
@pytest.mark.parametrize("grid", ["karras", "leading"])
def test_asymmetric_moves_are_asyrps(load, name, written_out, grid):
    gen = load(name)
    space, noise = HSpace(gen, STEPS, "ddim", grid), noise_for(gen)
    both, image = (space.steered(some(space), 1, asymmetric=asymmetric) for asymmetric in (False, True))
    with torch.inference_mode():
        expected = written_out(gen, both, torch.from_numpy(noise), space.schedule).numpy()
    found, symmetric = (generate_latents(g, noise, STEPS, "ddim", grid) for g in (image, both))
    np.testing.assert_allclose(found, expected, atol=2e-5 * np.abs(expected).max())
    assert np.abs(found - symmetric).max() > 1e-3 * np.abs(expected).max()


def test_a_steered_generator_goes_where_a_generator_goes(ldm, faces):
    space = HSpace(ldm, STEPS)
    still, moving = space.steered(some(space), 0), space.steered(some(space), 2)
    plain = invert(ldm, faces[:2], STEPS).noise
    np.testing.assert_array_equal(invert(still, faces[:2], STEPS).noise, plain)
    assert np.abs(invert(moving, faces[:2], STEPS).noise - plain).max() > 1e-3
    latents = stochastic.encode(ldm, faces[:2], steps=STEPS)
    made = stochastic.decode(ldm, latents)
    np.testing.assert_array_equal(stochastic.decode(still, latents), made)
    assert (stochastic.decode(moving, latents) != made).any()


def test_noise_of_a_steered_generator_is_not_kept_as_the_generators_own(ldm):
    space = HSpace(ldm, STEPS)
    steers = [(1, {}), (2, {}), (1, {"asymmetric": True})]
    found = [space.steered(some(space), strength, **how).settings for strength, how in steers]
    assert all(ldm.settings.items() <= settings.items() for settings in found)
    assert len({str(settings) for settings in found}) == 3
    assert space.steered(some(space), 1).settings == found[0]


def test_no_hooks_are_left_even_after_errors(ldm):
    space, x = HSpace(ldm, STEPS), torch.from_numpy(noise_for(ldm))
    space.walk(noise_for(ldm), some(space), [1])
    reader, steered = Reader(ldm), space.steered(some(space), 1, asymmetric=True)
    for broken in (reader.slope, steered.slope, steered.eps):
        with pytest.raises(RuntimeError):
            broken(x[:, :2], 10.0)
    assert not ldm.unet.mid_block._forward_hooks and reader.name == steered.name == ldm.name


def test_half_precision_gives_nearly_the_same_rows(load, ldm):
    half = HSpace(load("ldm", dtype="bfloat16"), STEPS, "ddim")
    rows, full = half.rows(noise_for(ldm)), HSpace(ldm, STEPS, "ddim").rows(noise_for(ldm))
    assert rows.dtype == np.float32 and np.abs(rows - full).max() < 0.2
    np.testing.assert_array_equal(half.walk(noise_for(ldm), some(half), [0])[0],
                                  generate(half.gen, noise_for(ldm), STEPS, "ddim"))  # fmt: skip


def cosines(A, B):
    """|cosine| of each row of A with each of B."""
    A, B = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (A, B))
    return np.abs(A @ B.T)


@pytest.fixture(scope="module")
def space(ldm):
    return HSpace(ldm, STEPS)


@pytest.fixture(scope="module")
def H(space, ldm):
    return space.rows(noise_for(ldm, 30))


def test_joint_components_are_those_of_pca(space, H):
    pca, found = PCA(6).fit(H.astype(float)), space.components(H, 6, joint=True)
    np.testing.assert_allclose(np.abs([d.vector @ v for d, v in zip(found, pca.components_)]), 1, atol=1e-8)
    np.testing.assert_allclose([d.sigma for d in found], pca.transform(H).std(0), rtol=1e-8)
    assert [d.name for d in found] == [f"h{i}" for i in range(1, 7)]
    assert len(space.components(H, 29, joint=True)) == 29


def test_components_of_steps_are_each_steps_own_and_their_deviations_fall(space, H):
    found = space.components(H, 5)
    vectors = np.stack([d.vector for d in found])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1)
    for part, rows in zip(np.split(vectors, STEPS, 1), np.split(H.astype(float), STEPS, 1)):
        same = cosines(part, PCA(5).fit(rows).components_)
        np.testing.assert_allclose(np.sort(same, 1)[:, -1], 1, atol=1e-6)
        np.testing.assert_allclose(same.sum(0), 1, atol=1e-4)
    deviations = [d.sigma for d in found]
    assert deviations == sorted(deviations, reverse=True)
    np.testing.assert_allclose(deviations, [d.strength(H) for d in found])


def test_components_that_go_together_are_put_together(space):
    """Four sources, told apart at every step by their size, in another order and sign each time."""
    rng = np.random.default_rng(0)
    Z = rng.standard_normal((50, 4))
    Z = np.linalg.qr(Z - Z.mean(0))[0]
    axes = [np.linalg.qr(rng.standard_normal((WIDTH, 4)))[0].T for _ in range(STEPS)]
    sizes = [rng.permutation([8.0, 4.0, 2.0, 1.0]) for _ in range(STEPS)]
    found = space.components(np.hstack([Z * s @ A for s, A in zip(sizes, axes)]), 4)
    together = np.stack([np.hstack([s[j] * A[j] for s, A in zip(sizes, axes)]) for j in range(4)])
    np.testing.assert_allclose(np.sort(cosines([d.vector for d in found], together), 1)[:, -1], 1, atol=1e-8)


def test_order_and_sign_of_one_steps_vectors_are_undone():
    rng = np.random.default_rng(0)
    scores = np.linalg.qr(rng.standard_normal((30, 5)))[0]
    loads, order, signs = [rng.standard_normal((5, 7)) for _ in range(3)], rng.permutation(5), rng.choice([-1, 1], 5)
    mixed = chained([scores, scores[:, order] * signs, scores],
                    [loads[0], loads[1][order] * signs[:, None], loads[2]])  # fmt: skip
    np.testing.assert_allclose(mixed, np.hstack(loads))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ldm", "sd", "sdxl"])
def test_singular_directions_are_those_of_the_explicit_jacobian(load, name):
    gen = load(name, prompt="a hat")
    space, reader, k = HSpace(gen, 3), Reader(gen), 2
    found = np.stack([d.vector for d in space.singular_directions(noise_for(gen, 1), k, tolerance=1e-5)])
    space.solve(reader, noise_for(gen, 1))
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1)
    for i, (t, part) in enumerate(zip(space.timesteps, np.split(found, 3, 1))):
        x, h = (torch.clone(known[t]) for known in (reader.states, reader.found))
        J = torch.autograd.functional.jacobian(lambda h, x=x, t=t: output_given(gen, x, t, h), h)
        truth = np.linalg.svd(J.reshape(-1, WIDTH).numpy())[2][:k]
        same = cosines(part, truth)
        np.testing.assert_allclose(np.sort(same if i else np.diag(same)[:, None], 1)[:, -1], 1, atol=1e-3)


def test_a_supervised_direction_is_one_of_any_view(space, H, ldm):
    first, second = (H @ some(space, seed).vector for seed in (1, 2))
    labels = np.stack([first > np.median(first), second > np.median(second)], 1).astype(int)
    probe = LinearProbe("mean-difference").fit(H, labels)
    d, other = (direction(probe, i, X=H) for i in (0, 1))
    means = H[labels[:, 0] == 1].mean(0) - H[labels[:, 0] == 0].mean(0)
    assert d.vector @ means == pytest.approx(np.linalg.norm(means), rel=1e-5)
    assert abs(d.without(other).vector @ other.vector) < 1e-8 and d.sigma > 0
    assert space.walk(noise_for(ldm), d.without(other), [1]).shape == (1, 3, 16, 16, 3)


def test_bad_directions_and_strengths(space, ldm):
    with pytest.raises(ValueError, match="x has 5 columns; the h-space of .* in 4 steps has 256: another view's dir"):
        space.steered(Direction("x", np.ones(5) / 5**0.5), 1)
    with pytest.raises(ValueError, match="strength must be a list of finite numbers, not .nan"):
        space.steered(some(space), np.nan)
    for strengths in ([], 3, [0, np.inf]):
        with pytest.raises(ValueError, match="strengths must be a list of finite numbers"):
            space.walk(noise_for(ldm), some(space), strengths)
    with pytest.raises(ValueError, match="strengths are of 2 images, and there are 3"):
        space.walk(noise_for(ldm), some(space), np.ones((1, 2)))


@pytest.mark.parametrize("k, joint, message", [
    (0, False, "k is 0; choose a whole number from 1 to 29: 30 rows of 64 a step"), (2.0, True, "k is 2.0"),
    (30, False, "from 1 to 29"), (30, True, "from 1 to 29"),
])  # fmt: skip
def test_bad_counts_of_components(space, H, k, joint, message):
    with pytest.raises(ValueError, match=message):
        space.components(H, k, joint=joint)


def test_rows_of_low_rank_say_how_many_components_they_have(space, H):
    flat = np.concatenate([H[:3]] * 4)
    assert len(space.components(flat, 2)) == 2
    for joint in (False, True):
        with pytest.raises(ValueError, match="k is 3; choose a whole number from 1 to 2: the rank of the rows"):
            space.components(flat, 3, joint=joint)
    with pytest.raises(ValueError, match="all rows of H are the same"):
        space.components(H[[0, 0]], 1)
    with pytest.raises(ValueError, match="H has 255 columns; the h-space of .* has 256"):
        space.components(H[:, 1:], 1)
    with pytest.raises(ValueError, match="at least 2 rows"):
        space.components(H[:1], 1)


def test_bad_input_of_singular_directions(space, ldm):
    with pytest.raises(ValueError, match="3 images were given; singular directions belong to one"):
        space.singular_directions(noise_for(ldm), 1)
    for k in (0, 65):
        with pytest.raises(ValueError, match=f"k is {k}; .* from 1 to 64: the bottleneck has 64 values, the output 64"):
            space.singular_directions(noise_for(ldm, 1), k)


def test_bad_settings(load, ldm, gaussian, space):
    for gen in (load("sd3"), load("flux"), load("sana"), gaussian):
        with pytest.raises(ValueError, match="has no mid block"):
            HSpace(gen)
    for how, message in (("solver", "unknown solver"), ("grid", "unknown grid"), ("steps", "steps is")):
        with pytest.raises(ValueError, match=message):
            HSpace(ldm, **{how: 0 if how == "steps" else "x"})
    with pytest.raises(ValueError, match="takes noise of shape"):
        space.rows(np.zeros((1, 5)))


def test_a_steered_generator_can_be_copied(space):
    steered = space.steered(Direction("d", np.eye(space.dim)[0]), 2.0)
    again = copy.copy(steered)
    assert again.gen is steered.gen and again.name == steered.name and again.settings == steered.settings


def test_a_solver_that_needs_two_states_is_refused(ldm):
    with pytest.raises(ValueError, match="'bdia' needs a second state beside the noise, .* choose 'ab2'"):
        HSpace(ldm, STEPS, "bdia")
