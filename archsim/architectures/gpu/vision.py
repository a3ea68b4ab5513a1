"""Images through networks, and frames of neural graphics, on one card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archsim.architectures.gpu.job import Job
from archsim.architectures.gpu.lowering import Call
from archsim.workload.network import NetworkWorkload
from archsim.workload.trace_builder import TraceBuilder

if TYPE_CHECKING:
    from archsim.workload.graphics.workload import GraphicsWorkload
    from archsim.workload.moe_vit import MoeVitWorkload
    from archsim.workload.trace import Trace

HALF_BYTES = 2
UNCAPPED_LOG2 = 32
"""Table size of grids in which every vertex has an entry of its own."""


def images_job(workload: NetworkWorkload | MoeVitWorkload, seed: int) -> Job:
    """Return one batch of images through convolutional networks or vision transformers.

    A convolution is the product of its unfolded input and its filters; nothing is fused.
    """
    if isinstance(workload, NetworkWorkload):
        trace, images = workload.trace(), workload.batch * len(workload.networks)
    else:
        trace, images = workload.trace(seed=seed), 1
    return Job(
        traces=[trace],
        unit="frame",
        made=float(images),
        figures={"weight_bytes": float(trace.totals.weight_bytes)},
    )


def frame_job(workload: GraphicsWorkload, seed: int) -> Job:
    """Return encoding and networks of one frame, call by call, each layer a kernel.

    Not modelled: the other kernels of a frame (ray marching, compositing).
    """
    samples = workload.profile(seed).samples_of_calls(workload.pixels)
    trace, calls = frame_kernels(workload, [count for count in samples if count > 0])
    return Job(
        traces=[trace],
        unit="frame",
        made=1.0,
        figures={"samples": float(sum(samples))},
        calls_of=calls,
    )


def frame_kernels(
    workload: GraphicsWorkload, samples: list[int]
) -> tuple[Trace, dict[str, list[Call]]]:
    """Return the operations of a frame, and the kernels of its encodings.

    Args:
        workload: The application.
        samples: Network evaluations of each call, above zero.
    """
    encoding = workload.encoding
    caps = {"hash": encoding.log2_entries or UNCAPPED_LOG2, "dense": UNCAPPED_LOG2}
    tiled = max(1, (encoding.base_resolution**encoding.dimensions - 1).bit_length())
    log2_entries = caps.get(encoding.grid, tiled)
    order = "random" if workload.sampling.method == "image" else "rays"
    options = (
        f"order={order};growth={encoding.factor:.9g};base={encoding.base_resolution};"
        f"dimensions={encoding.dimensions}"
    )
    builder = TraceBuilder(workload.application, HALF_BYTES)
    calls: dict[str, list[Call]] = {}
    last: tuple[str, ...] = ()
    for number, count in enumerate(samples):
        made = count * encoding.outputs * HALF_BYTES
        name = builder.add(f"encoding.{number}", "embedding", after=last, output_bytes=made)
        calls[name] = [
            Call(
                "encode3d", "fp16", count, encoding.levels, log2_entries, encoding.features, options
            )
        ]
        for layer, (inputs, outputs) in enumerate(workload.networks):
            read, written = count * inputs * HALF_BYTES, count * outputs * HALF_BYTES
            name = builder.add(
                f"layer.{number}.{layer}", "gemm", after=(name,), m=count, n=outputs, k=inputs,
                weight_bytes=inputs * outputs * HALF_BYTES, input_bytes=read, output_bytes=written,
            )  # fmt: skip
            name = builder.add(
                f"activation.{number}.{layer}", "elementwise", after=(name,),
                vector_elements=count * outputs, input_bytes=written, output_bytes=written,
            )  # fmt: skip
        last = (name,)
    return builder.build(), calls
