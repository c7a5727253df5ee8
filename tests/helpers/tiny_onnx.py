"""Tiny encoders in ONNX files: a convolution and a mean, built by hand."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

WEIGHTS = np.random.default_rng(0).normal(size=(5, 3, 3, 3)).astype(np.float32)


def conv_and_mean(path, shape=("n", 3, 16, 16), kind="float", metadata=None, outputs=("rows",)):
    """Write a file whose input is `pictures` of a shape; outputs: "map" (n, 5, h, w), "rows" (n, 5), "twice" (n, 5)."""
    last = shape[1] != 3
    nodes = [helper.make_node("Cast", ["pictures"], ["cast"], to=TensorProto.FLOAT)]
    nodes += [helper.make_node("Transpose", ["cast"], ["x"], perm=[0, 3, 1, 2] if last else [0, 1, 2, 3])]
    nodes += [helper.make_node("Conv", ["x", "w"], ["map"], pads=[1, 1, 1, 1])]
    nodes += [helper.make_node("GlobalAveragePool", ["map"], ["mean"]), helper.make_node("Flatten", ["mean"], ["rows"])]
    nodes += [helper.make_node("Add", ["rows", "rows"], ["twice"])]
    size = {"map": (shape[0], 5, None, None), "rows": (shape[0], 5), "twice": (shape[0], 5)}
    kinds = {"float": TensorProto.FLOAT, "float16": TensorProto.FLOAT16, "uint8": TensorProto.UINT8,
             "int64": TensorProto.INT64}  # fmt: skip
    graph = helper.make_graph(
        nodes, "tiny", [helper.make_tensor_value_info("pictures", kinds[kind], shape)],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, size[name]) for name in outputs],
        [numpy_helper.from_array(WEIGHTS, "w")],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    helper.set_model_props(model, metadata or {})
    onnx.save(model, path)
    return str(path)
