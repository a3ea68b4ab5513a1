"""Images through networks, and frames of neural graphics, on one card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archsim.architectures.base import Fidelity
from archsim.architectures.gpu.config import GpuHardware
from archsim.architectures.gpu.lowering import Call
from archsim.architectures.gpu.running import finish
from archsim.architectures.gpu.timed_pass import time_pass
from archsim.result import Result
from archsim.workload.network import NetworkWorkload
from archsim.workload.trace_builder import TraceBuilder

if TYPE_CHECKING:
    from archsim.kernel import Timeline
    from archsim.workload.graphics.workload import GraphicsWorkload
    from archsim.workload.moe_vit import MoeVitWorkload
    from archsim.workload.trace import Trace

HALF_BYTES = 2
UNCAPPED_LOG2 = 32
"""Table size of grids in which every vertex has an entry of its own."""


def run_images(
    gpu: GpuHardware,
    workload: NetworkWorkload | MoeVitWorkload,
    fidelity: Fidelity,
    seed: int,
    timeline: Timeline | None,
) -> Result:
    """Run one batch of images through convolutional networks or vision transformers.

    A convolution is the product of its unfolded input and its filters; nothing is fused.

    Raises:
        UnsupportedError: The format has no rate here.
    """
    if isinstance(workload, NetworkWorkload):
        trace, images = workload.trace(), workload.batch * len(workload.networks)
    else:
        trace, images = workload.trace(seed=seed), 1
    timed = time_pass(gpu, trace, fidelity, timeline)
    result = finish(
        gpu,
        workload,
        [timed],
        sharing=1,
        stages=1,
        fidelity=fidelity,
        seed=seed,
        metrics={
            "frames_per_s": images / (timed.played.latency_fs * 1e-15),
            "weight_bytes": float(trace.totals.weight_bytes),
        },
    )
    result.metrics["energy_per_frame_j"] = result.energy_j / images
    return result


def render_frame(
    gpu: GpuHardware,
    workload: GraphicsWorkload,
    fidelity: Fidelity,
    seed: int,
    timeline: Timeline | None,
) -> Result:
    """Run encoding and networks of one frame, call by call, each layer a kernel.

    Not modelled: the other kernels of a frame (ray marching, compositing).
    """
    samples = workload.profile(seed).samples_of_calls(workload.pixels)
    trace, calls = frame_kernels(workload, [count for count in samples if count > 0])
    timed = time_pass(gpu, trace, fidelity, timeline, calls)
    result = finish(
        gpu,
        workload,
        [timed],
        sharing=1,
        stages=1,
        fidelity=fidelity,
        seed=seed,
        metrics={
            "frames_per_s": 1.0 / (timed.played.latency_fs * 1e-15),
            "samples": float(sum(samples)),
        },
    )
    result.metrics["energy_per_frame_j"] = result.energy_j
    return result


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
