"""Local bases are the singular vectors of the Jacobian written out; walks at a timestep start from the round trip."""

import numpy as np
import pytest
import torch
from scipy.linalg import subspace_angles

from unelib.geometry.hooks import bottleneck
from unelib.geometry.jacobian import flat_rows64
from unelib.geometry.pullback import Basis, global_basis, local_bases, local_basis, transported
from unelib.geometry.state_walks import Midway, states_at, states_between, walk_at
from unelib.inversion.deterministic import generate, generate_latents
from unelib.inversion.ode import SETTINGS, solved_by
from unelib.linalg.direction_algebra import Direction
from unelib.linalg.grassmann import grassmann_distance
from unelib.models.generators import load_generator

T, K, HOW = 700.0, 5, {"steps": 6, "solver": "ddim", "grid": "karras"}


@pytest.fixture(scope="module")
def load(model_folder):
    return lambda name, **options: load_generator(model_folder(name), "cpu", **options)


@pytest.fixture(scope="module")
def ldm(load):
    return load("ldm")


def noise_for(gen, n=3):
    return np.random.default_rng(0).standard_normal((n, *gen.latent_shape)).astype(np.float32)


def explicit(gen, state, t):
    """U, s, V' of the Jacobian written out, float64."""
    J = torch.autograd.functional.jacobian(lambda x: bottleneck(gen, x, t), torch.from_numpy(state[None]))
    return np.linalg.svd(J.reshape(-1, gen.latent_dim).double().numpy(), full_matrices=False)


def check_basis(gen, state, t, k):
    found, (U, s, V) = local_basis(gen, state, t, k), explicit(gen, state, t)
    np.testing.assert_allclose(found.sigma, s[:k], rtol=1e-4)
    assert subspace_angles(found.v.T, V[:k].T).max() < 1e-2
    assert subspace_angles(found.u.T, U[:, :k]).max() < 1e-2
    assert found.residual.max() <= 1e-4 and found.t == t


@pytest.mark.parametrize("name", ["ldm", "sd", "sdxl", "flow"])
def test_a_basis_is_that_of_the_explicit_jacobian(load, name):
    gen = load(name, prompt="a hat", guidance=3.0)
    check_basis(gen, noise_for(gen)[0], T, K)


@pytest.mark.slow
def test_a_trained_model_has_the_basis_of_its_explicit_jacobian():
    gen = load_generator("drawn-ldm", "cpu")
    states, t = states_at(gen, noise_for(gen, 1), 500)
    check_basis(gen, states[0], t, 10)


def test_a_basis_vector_moves_the_bottleneck_by_its_singular_value(ldm):
    x, found = noise_for(ldm, 1), local_basis(ldm, noise_for(ldm, 1), T, K)
    h = lambda x: flat_rows64(bottleneck(ldm, torch.from_numpy(x.astype(np.float32)), T))
    step = 0.02 * found.v.reshape(K, *ldm.latent_shape)
    np.testing.assert_allclose((h(x + step) - h(x - step)) / 0.04, found.sigma[:, None] * found.u, atol=5e-3)
    for rows in (found.v, found.u):
        np.testing.assert_allclose(rows @ rows.T, np.eye(K), atol=1e-8)
    assert (np.diff(found.sigma) <= 0).all()


@pytest.mark.parametrize("options", [{"block": 1}, {"block": 7}, {"seed": 3}])
def test_block_and_seed_make_no_difference(ldm, options):
    plain, other = (local_basis(ldm, noise_for(ldm)[0], T, K, 1e-5, **how) for how in ({}, options))
    np.testing.assert_allclose(other.sigma, plain.sigma, rtol=1e-5)
    np.testing.assert_allclose(np.abs((other.v * plain.v).sum(1)), 1, atol=1e-4)


def test_bases_of_several_states_are_each_ones_own(ldm):
    states = noise_for(ldm)
    for state, basis in zip(states, local_bases(ldm, states.reshape(3, -1), T, 2)):
        own = local_basis(ldm, state.ravel(), T, 2)
        np.testing.assert_array_equal(own.v, basis.v)
        d = basis.direction(1, sigma=2.0)
        assert d.name == "v2 at t = 700" and d.sigma == 2.0
        np.testing.assert_array_equal(d.vector, basis.v[1])


@pytest.mark.parametrize("options, message", [
    ({"t": -1}, "timestep -1 is outside the schedule of .*; choose 0 to 999"), ({"t": 999.5}, "timestep 999.5"),
    ({"t": np.nan}, "timestep nan"), ({"t": "700"}, "timestep '700'"), ({"t": None}, "timestep None"),
    ({"k": 0}, "k is 0; choose a whole number from 1 to 64"), ({"k": 65}, "k is 65; .* 1 to 64: .* bottleneck has 64"),
    ({"tolerance": 0}, "tolerance is 0; it must be a number above 0"), ({"block": 0}, "block is 0; choose how many"),
    ({"k": 2.0}, "k is 2.0"), ({"noise": np.zeros((2, 4, 4, 4))}, "2 states were given; a local basis belongs to one"),
    ({"noise": np.zeros((1, 4, 4, 5))}, r"takes noise of shape \(n, 4, 4, 4\)"),
    ({"noise": np.zeros(63)}, "takes noise"), ({"noise": np.full(64, np.inf)}, "not finite"),
])  # fmt: skip
def test_bad_input_of_a_basis(ldm, options, message):
    with pytest.raises(ValueError, match=message):
        local_basis(**{"gen": ldm, "noise": np.zeros(64), "t": T, "k": 3} | options)


def test_models_without_a_bottleneck_have_no_basis(load, gaussian):
    for gen in (load("sd3"), load("flux"), load("sana"), gaussian):
        with pytest.raises(ValueError, match="has no mid block"):
            local_basis(gen, noise_for(gen)[0], T)


def test_states_start_at_the_noise_and_are_those_of_the_nearest_level(ldm):
    noise, timesteps = noise_for(ldm), ldm.schedule(6, "karras").timesteps
    states, t = states_at(ldm, noise, 999, **HOW)
    assert t == pytest.approx(999)
    np.testing.assert_allclose(states, noise, rtol=1e-6)
    for asked in (0, 100, 321.5, 700):
        found = states_at(ldm, noise.reshape(3, -1), asked, **HOW)[1]
        assert np.abs(found - asked) == np.abs(timesteps[1:] - asked).min()
    with pytest.raises(ValueError, match="outside the schedule"):
        states_at(ldm, noise, 1000)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ldm", "flow"])
@pytest.mark.parametrize("solver, atol", [("ddim", 1e-5), ("heun", 1e-5), ("euler", 1e-5), ("ab2", 0.02)])
def test_walking_on_from_a_state_leads_to_the_latent(load, name, solver, atol):
    gen, how = load(name), HOW | {"solver": solver, "steps": 12}
    schedule, noise = gen.schedule(12, "karras"), noise_for(gen)
    states, t = states_at(gen, noise, 400, batch_size=2, **how)
    level = int(np.flatnonzero(schedule.timesteps == t)[0])
    end = states_between(gen, states, solver, schedule, level, 0, 64) / schedule.scales[0]
    latents = generate_latents(gen, noise, **how)
    np.testing.assert_allclose(end, latents, atol=atol * latents.std())


@pytest.mark.parametrize("solver", ["ab2", "ddim", "heun", "euler"])
@pytest.mark.parametrize("guidance", [None, 2.0])
def test_strength_zero_is_the_round_trip(ldm, solver, guidance):
    noise, how = noise_for(ldm), HOW | {"solver": solver}
    images = walk_at(ldm, noise, Direction("d", unit()), T, [0, 40], guidance, **how)
    assert images.shape == (2, 3, 16, 16, 3) and images.dtype == np.uint8
    plain = generate(ldm, noise, **how)
    assert np.abs(images[0].astype(int) - plain).max() <= 1  # rounding: batches of 6 beside batches of 3
    np.testing.assert_array_equal(walk_at(ldm, noise, Direction("d", unit()), T, [0], guidance, **how)[0], plain)
    assert (images[1] != images[0]).any()


@pytest.mark.parametrize("guidance, repeats", [(None, 1), (5.0, 2)])
@pytest.mark.parametrize("batch_size", [64, 4])
def test_steps_of_its_own_make_the_pictures_of_each_image_alone(ldm, guidance, repeats, batch_size):
    noise, rows, own = noise_for(ldm), unit(2, (3, 64)), np.array([[10.0, -5.0, 0.0], [3.0, 20.0, 7.0]])
    together = walk_at(ldm, noise, rows, T, own, guidance, repeats, batch_size=batch_size, **HOW).astype(int)
    for i in range(3):
        alone = walk_at(ldm, noise[[i]], rows[[i]], T, own[:, i], guidance, repeats, **HOW)
        assert np.abs(together[:, [i]] - alone).max() <= 1
    assert (together[0] != together[1]).any()


def test_images_that_are_midway_walk_as_from_their_noise(ldm):
    noise, rows, some = noise_for(ldm, 4), unit(2, (4, 64)), [2, 0]
    midway = Midway(ldm, noise, T, **HOW)
    states, t = states_at(ldm, noise, T, **HOW)
    assert len(midway) == 4 and len(midway[some]) == 2 and midway[1:].t == t
    np.testing.assert_array_equal(midway.states, states)
    images = midway[some].walk(rows[some], [0, 10])
    expected = walk_at(ldm, noise[some], rows[some], T, [0, 10], **HOW)
    assert np.abs(images.astype(int) - expected).max() <= 1
    np.testing.assert_array_equal(midway.walk(rows, [10]), walk_at(ldm, noise, rows, T, [10], **HOW))


def unit(seed=1, shape=64):
    v = np.random.default_rng(seed).standard_normal(shape)
    return v / np.linalg.norm(v, axis=-1, keepdims=True)


def test_a_step_at_the_noise_is_a_step_of_the_noise(ldm):
    noise, v = noise_for(ldm), unit()
    images = walk_at(ldm, noise, Direction("d", v, sigma=2.0), 999, [3], **HOW)[0]
    moved = generate(ldm, noise + 6 * v.reshape(1, *ldm.latent_shape), **HOW)
    assert np.abs(images.astype(int) - moved).max() <= 1


def test_guidance_of_zero_changes_nothing_and_guidance_follows_the_noise_predicted(ldm):
    noise, v = noise_for(ldm), unit()
    images = walk_at(ldm, noise, Direction("d", v), 999, [5], guidance=0, **HOW)
    np.testing.assert_array_equal(images[0], generate(ldm, noise, **HOW))
    eps = lambda x: ldm.eps(torch.from_numpy(x), 999.0).numpy()
    step = (5 * v).reshape(1, *ldm.latent_shape).astype(np.float32)
    moved = generate(ldm, noise + 30 * (eps(noise + step) - eps(noise)), **HOW)
    images = walk_at(ldm, noise, Direction("d", v), 999, [5], guidance=30, **HOW)[0]
    assert np.abs(images.astype(int) - moved).max() <= 1


@pytest.mark.slow
def test_repeated_steps_start_where_the_last_led(ldm):
    noise, v = noise_for(ldm), Direction("d", unit())
    np.testing.assert_array_equal(
        walk_at(ldm, noise, v, T, [0, 5], repeats=3, **HOW), walk_at(ldm, noise, v, T, [0, 15], **HOW)
    )
    eps = lambda x: ldm.eps(torch.from_numpy(x), 999.0).numpy()
    step, x = (5 * v.vector).reshape(1, *ldm.latent_shape).astype(np.float32), noise
    for _ in range(2):
        x = x + np.float32(30) * (eps(x + step) - eps(x))
    images = walk_at(ldm, noise, v, 999, [5], guidance=30, repeats=2, **HOW)[0]
    assert np.abs(images.astype(int) - generate(ldm, x, **HOW)).max() <= 1


def test_a_timestep_may_be_a_tensor(ldm):
    plain, other = (local_basis(ldm, noise_for(ldm)[0], t, 1) for t in (T, torch.tensor(T)))
    assert other.t == plain.t
    np.testing.assert_array_equal(other.v, plain.v)


@pytest.mark.slow
@pytest.mark.parametrize("guidance", [None, 5.0])
def test_batches_make_a_grey_level_at_most_and_rows_are_each_images_own(ldm, guidance):
    noise, rows = noise_for(ldm, 5), unit(2, (5, 64))
    together = walk_at(ldm, noise, rows, T, [10], guidance, **HOW).astype(int)
    apart = walk_at(ldm, noise, rows, T, [10], guidance, batch_size=2, **HOW)
    assert np.abs(together - apart).max() <= 1
    own = walk_at(ldm, noise[3:4], Direction("d", rows[3]), T, [10], guidance, **HOW)
    assert np.abs(together[:, 3:4] - own).max() <= 1
    same = walk_at(ldm, noise, np.repeat(rows[:1], 5, 0), T, [10], guidance, **HOW)
    np.testing.assert_array_equal(same, walk_at(ldm, noise, rows[:1], T, [10], guidance, **HOW))


@pytest.mark.slow
def test_a_flow_and_a_text_model_are_walked_too(load):
    for gen in (load("flow"), load("sd", prompt="a hat", guidance=3.0)):
        images = walk_at(gen, noise_for(gen), Direction("d", unit()), T, [0, 5], 1.0, **HOW)
        np.testing.assert_array_equal(images[0], generate(gen, noise_for(gen), **HOW))


@pytest.mark.parametrize("changes, message", [
    ({"v": Direction("d", unit(1, 63))}, r"v has shape \(1, 63\); .* states have 64 values, and there are 3"),
    ({"v": unit(1, (2, 64))}, r"v has shape \(2, 64\)"), ({"v": unit()}, "must be 2-D"),
    ({"strengths": []}, "strengths must be a list of finite numbers"), ({"strengths": [0, np.nan]}, "finite numbers"),
    ({"strengths": 3}, "finite numbers"), ({"strengths": [[1, 2]]}, "strengths are of 2 images, and there are 3"),
    ({"t": 1e4}, "outside the schedule"), ({"solver": "rk4"}, "unknown solver"),
    ({"grid": "x"}, "unknown grid"), ({"batch_size": 0}, "batch_size is 0"), ({"repeats": 0}, "repeats is 0; choose"),
    ({"guidance": np.nan}, "guidance must be a list of finite numbers"),
])  # fmt: skip
def test_bad_input_of_a_walk(ldm, changes, message):
    given = {"noise": noise_for(ldm), "v": Direction("d", unit()), "t": T, "strengths": [1]} | HOW | changes
    with pytest.raises(ValueError, match=message):
        walk_at(ldm, **given)


@pytest.fixture(scope="module")
def basis(ldm):
    return local_basis(ldm, noise_for(ldm)[0], T, K, 1e-6)


def test_a_direction_transported_to_its_own_basis_is_itself(basis):
    rows, kept = transported(basis.u, basis)
    np.testing.assert_allclose(rows, basis.v, atol=1e-6)
    np.testing.assert_allclose(kept, 1, atol=1e-6)
    single, kept = transported(-7 * basis.u[2], basis)
    np.testing.assert_allclose(single, -basis.v[2:3], atol=1e-6)
    assert kept == pytest.approx([1])


def test_what_lies_outside_the_tangent_space_is_not_kept(basis):
    u = unit(3)
    across = u - (u @ basis.u.T) @ basis.u
    assert transported(across, basis)[1] < 1e-12
    rows, kept = transported(across / np.linalg.norm(across) + basis.u[0], basis)
    np.testing.assert_allclose(rows, basis.v[:1], atol=1e-6)
    assert kept == pytest.approx([0.5**0.5])


def test_transport_leads_to_the_state_step_that_moves_h_there(basis):
    u = np.array([1.0, 2.0, -1.0, 0.5, 3.0]) @ basis.u
    moved = transported(u, basis)[0] @ basis.v.T * basis.sigma @ basis.u
    np.testing.assert_allclose(moved / np.linalg.norm(moved), u[None] / np.linalg.norm(u), atol=1e-10)


def test_the_published_way_back_adds_the_vectors_as_they_are(basis):
    parts = np.array([1.0, 2.0, -1.0, 0.5, 3.0])
    rows, kept = transported(parts @ basis.u, basis, "published")
    np.testing.assert_allclose(rows, parts[None] @ basis.v / np.linalg.norm(parts), atol=1e-6)
    assert kept == pytest.approx([1]) and (np.abs(rows - transported(parts @ basis.u, basis)[0]) > 1e-3).any()
    for by in ("inverse", "published"):
        np.testing.assert_allclose(transported(basis.u, basis, by)[0], basis.v, atol=1e-6)
    with pytest.raises(ValueError, match="unknown way back 'ours'; choose one of inverse, published"):
        transported(parts @ basis.u, basis, "ours")


def test_vectors_that_move_nothing_span_no_tangent_space(basis):
    flat = Basis(basis.v[:3], np.array([2.0, 1.0, 0.0]), basis.u[:3], T, np.zeros(3), 0)
    rows, kept = transported(basis.u[:3], flat)
    np.testing.assert_allclose(rows[:2], basis.v[:2], atol=1e-8)
    np.testing.assert_allclose(kept, [1, 1, 0], atol=1e-8)
    with pytest.raises(ValueError, match="u has 64 columns; the fit was made on 63"):
        transported(basis.u, Basis(basis.v, basis.sigma, basis.u[:, :63], T, np.zeros(K), 0))


def test_a_global_basis_of_one_tangent_space_is_its_own_in_order(basis):
    for bases in ([basis], [basis, Basis(-basis.v, basis.sigma, -basis.u, T, basis.residual, 0)]):
        shared = global_basis(bases)
        np.testing.assert_allclose(np.abs((shared * basis.u).sum(1)), 1, atol=1e-6)


def test_a_global_basis_is_orthonormal_ordered_and_does_not_depend_on_the_images_order(ldm):
    bases = local_bases(ldm, noise_for(ldm), T, K)
    shared = global_basis(bases)
    np.testing.assert_allclose(shared @ shared.T, np.eye(K), atol=1e-8)
    moved = sum((shared @ b.u.T) ** 2 @ b.sigma**2 for b in bases)
    assert (np.diff(moved) <= 1e-9).all()
    assert grassmann_distance(global_basis(bases[::-1]), shared) < 1e-5
    with pytest.raises(ValueError, match="bases have shapes"):
        global_basis([bases[0], local_basis(ldm, noise_for(ldm)[0], T, 2)])


def test_states_and_walks_go_the_generators_own_way(ldm):
    how, noise = {"steps": 5, "solver": "ddim", "grid": "leading"}, noise_for(ldm)
    v = np.eye(1, ldm.latent_dim, 3)
    own = solved_by(ldm, **how)
    for call in (lambda gen, **how: states_at(gen, noise, 700, **how)[0],
                 lambda gen, **how: walk_at(gen, noise, v, 700, [0, 2.0], **how)):  # fmt: skip
        np.testing.assert_array_equal(call(own), call(ldm, **how))


@pytest.mark.parametrize("name", SETTINGS)
def test_named_settings_make_walks(ldm, name):
    how = SETTINGS[name] | {"steps": 4}
    images = walk_at(ldm, noise_for(ldm), Direction("d", unit()), 500, [0.0], **how)
    np.testing.assert_array_equal(images[0], generate(ldm, noise_for(ldm), **how))


def test_a_solver_that_needs_two_states_is_refused(ldm):
    with pytest.raises(ValueError, match="'bdia' needs a second state beside the noise, .* choose 'ab2'"):
        walk_at(ldm, noise_for(ldm), Direction("d", unit()), T, [1], solver="bdia")
