"""Products with a Jacobian: those of the Jacobian written out."""

import numpy as np
import pytest
import torch

from unelib.geometry.hooks import bottleneck
from unelib.geometry.jacobian import FLOOR, Jacobian, flat_rows64
from unelib.models.generators import load_generator

NAMES = ["sd", "sd2", "lcm", "sdxl", "ldm", "ldm-vq", "flow"]
T = 420.5


@pytest.fixture(scope="module")
def load(model_folder):
    return lambda name, **options: load_generator(model_folder(name), "cpu", **options)


def state(gen):
    return torch.randn((1, *gen.latent_shape), generator=torch.Generator().manual_seed(1))


def to_h(gen):
    return lambda x: bottleneck(gen, x, T)


def written_out(function, point):
    """The Jacobian (rows, columns) float64."""
    J = torch.autograd.functional.jacobian(function, point)
    return J.reshape(-1, point.numel()).double().numpy()


@pytest.mark.parametrize("name", NAMES)
def test_products_are_those_of_the_explicit_jacobian(load, name):
    gen, rng = load(name, prompt="a hat", guidance=3.0), np.random.default_rng(0)
    explicit, J = written_out(to_h(gen), state(gen)), Jacobian(to_h(gen), state(gen))
    assert (J.rows, J.columns) == explicit.shape
    for block in (3, 1, 5, 3):
        V, U = rng.standard_normal((block, J.columns)), rng.standard_normal((block, J.rows))
        np.testing.assert_allclose(J.forward(V), V @ explicit.T, atol=1e-5 * np.linalg.norm(explicit))
        np.testing.assert_allclose(J.backward(U), U @ explicit, atol=1e-5 * np.linalg.norm(explicit))
    assert J.products == 2 * (3 + 1 + 5 + 3)


def test_forward_and_backward_are_adjoint(load):
    J, rng = Jacobian(to_h(load("sd")), state(load("sd"))), np.random.default_rng(1)
    V, U = rng.standard_normal((4, J.columns)), rng.standard_normal((4, J.rows))
    np.testing.assert_allclose((J.forward(V) * U).sum(1), (V * J.backward(U)).sum(1), rtol=1e-4, atol=1e-4)


def test_forward_is_the_slope_of_finite_differences(load):
    gen, rng = load("ldm"), np.random.default_rng(2)
    gen.unet.double()
    gen.dtype = torch.float64
    v, x = rng.standard_normal((1, gen.latent_dim)), state(gen).double()
    step = torch.from_numpy(1e-3 * v).reshape(x.shape)
    slope = (bottleneck(gen, x + step, T) - bottleneck(gen, x - step, T)) / 2e-3
    gen.unet.float()
    gen.dtype = torch.float32
    np.testing.assert_allclose(Jacobian(to_h(gen), x.float()).forward(v), flat_rows64(slope), atol=1e-3)


@pytest.mark.parametrize("block", [1, 4])
def test_a_linear_map_gives_its_matrix(block):
    A = np.random.default_rng(3).standard_normal((5, 6)).astype(np.float32)
    J = Jacobian(lambda x: x.flatten(1) @ torch.from_numpy(A).T, torch.randn(1, 2, 3))
    assert (J.rows, J.columns, J.products) == (5, 6, 0)
    forward = [J.forward(np.eye(6)[i : i + block]) for i in range(0, 6, block)]
    backward = [J.backward(np.eye(5)[i : i + block]) for i in range(0, 5, block)]
    np.testing.assert_array_equal(np.concatenate(forward), A.T)
    np.testing.assert_array_equal(np.concatenate(backward), A)
    assert J.products == 11


def test_the_network_runs_once_for_a_size_of_block():
    ran = []
    J = Jacobian(lambda x: ran.append(len(x)) or x**2, torch.full((1, 3), 2.0))
    for _ in range(3):
        np.testing.assert_array_equal(J.forward(np.eye(3)[:2]), 4 * np.eye(3)[:2])
        np.testing.assert_array_equal(J.backward(np.eye(3)[:2]), 4 * np.eye(3)[:2])
    assert ran == [1, 2]


@pytest.mark.slow
def test_points_and_conditions_made_under_inference_mode_work(load):
    gen = load("sdxl", prompt="a hat")
    with torch.inference_mode():
        point = state(gen).clone()
    V = np.eye(gen.latent_dim)[:2]
    there, here = Jacobian(to_h(gen), point).forward(V), Jacobian(to_h(gen), state(gen)).forward(V)
    np.testing.assert_array_equal(there, here)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_stops_at_its_own_rounding(load, dtype):
    half, full = load("ldm", dtype=dtype), load("ldm")
    truth = np.linalg.svd(written_out(to_h(full), state(full)))[1][:2]
    J = Jacobian(to_h(half), state(half))
    found = J.triples(2, 1e-7, half.dtype)
    assert found.residual.max() <= FLOOR * torch.finfo(half.dtype).eps and found.products < J.columns
    np.testing.assert_allclose(found.sigma, truth, rtol=torch.finfo(half.dtype).eps)


def test_a_search_that_does_not_end_is_ended():
    A = torch.from_numpy(np.linalg.qr(np.random.default_rng(0).standard_normal((700, 700)))[0]).float()
    A *= torch.linspace(1, 1.001, 700)
    J = Jacobian(lambda x: x @ A.T, torch.zeros(1, 700))
    with pytest.warns(UserWarning, match="ended after 1000 products"):
        found = J.triples(1, 1e-9, block=100)
    assert found.products == 1000 and found.residual.max() > 0


def test_a_value_that_is_not_finite_has_no_jacobian():
    with pytest.raises(ValueError, match="values that are not finite at this state; use dtype='float32'"):
        Jacobian(lambda x: x / 0, torch.zeros(1, 3))
