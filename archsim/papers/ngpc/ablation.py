"""What each part of the design does to the averages: overlap, banks, FIFOs, ports, tables."""

from __future__ import annotations

from archsim.papers.base import Row
from archsim.papers.ngpc.cases import MODES, Case, Mode, Settings, average, measure
from archsim.papers.ngpc.judging import predicted

ABLATION = "end-to-end speed-up, average of four applications, changed design (x)"
DROP = "average speed-up lost without overlap (share)"
INTERVAL = "cycles per sample of the encoding engines"

VARIANTS: dict[str, Settings] = {
    "as shipped: 8 banks folded by XOR, FIFOs": (),
    "no overlap of cluster and SMs": (("scheduler.buffers", 1),),
    "kernel calls not cut into batches": (("scheduler.minimum_batches", 1),
                                          ("scheduler.ray_tiles", 1)),
    "one bank": (("encoding_engines.banks", 1),),
    "2 banks, low order": (
        ("encoding_engines.banks", 2), ("encoding_engines.interleave", "low_order"),
    ),
    "4 banks, folded": (("encoding_engines.banks", 4),),
    "8 banks, low order": (("encoding_engines.interleave", "low_order"),),
    "8 banks, low order, lockstep": (
        ("encoding_engines.interleave", "low_order"), ("encoding_engines.coupling", "lockstep"),
    ),
    "8 banks, folded, lockstep": (("encoding_engines.coupling", "lockstep"),),
    "8 banks, parity where dense": (("encoding_engines.interleave", "parity"),),
    "16 banks, folded": (("encoding_engines.banks", 16),),
    "FIFOs of one sample": (("encoding_engines.fifo_samples", 1),),
    "MLP half as wide (32 x 32)": (("mlp_engine.rows", 32), ("mlp_engine.columns", 32)),
    "weight reloads exposed": (("mlp_engine.weight_reload", "exposed"),),
    "ports of 4 bytes a cycle": (
        ("ports.input_bytes_per_cycle", 4.0), ("ports.output_bytes_per_cycle", 4.0),
    ),
}  # fmt: skip
"""Name of a change to its settings."""

_PORT: Settings = (
    ("cluster.frequency_hz", 1.2e9), ("ports.input_bytes_per_cycle", 4.0),
    ("ports.output_bytes_per_cycle", 32.0), ("mlp_engine.rows", 256), ("mlp_engine.columns", 256),
)  # fmt: skip
"""The rival explanation: a fast MLP behind an input port of 4.8 GB/s."""

SHOWN_MODES: tuple[Mode, ...] = ("uncalibrated", "calibrated")
SHOWN_SCALES = (8, 64)


def configuration(mode: Mode, scale: int, name: str) -> str:
    """Return how a row names a changed design."""
    return f"{mode}: multi-resolution hash grid, NGPC-{scale}, {name}"


def rows() -> list[Row]:
    """Return the averages of every changed design, all predictions."""
    found = [
        predicted(
            ABLATION,
            configuration(mode, scale, name),
            average(mode, "hashgrid", scale, settings),
        )
        for mode in SHOWN_MODES
        for name, settings in VARIANTS.items()
        for scale in SHOWN_SCALES
    ]
    found += [
        predicted(
            ABLATION,
            configuration("calibrated", scale, "input port bound, MLP of 256 x 256 at 1.2 GHz"),
            average("calibrated", "hashgrid", scale, _PORT),
            "rival explanation of the published series; the figures cannot tell which is right",
        )
        for scale in SHOWN_SCALES
    ]
    for mode in MODES:
        serial = average(mode, "hashgrid", 8, VARIANTS["no overlap of cluster and SMs"])
        lost = 1.0 - serial / average(mode, "hashgrid", 8)
        found.append(predicted(DROP, f"{mode}: multi-resolution hash grid, NGPC-8", lost))
    return [*found, *_intervals(), *_capacity()]


def _intervals() -> list[Row]:
    """Return what the encoding engines need per NeRF sample, by layout of their banks."""
    return [
        predicted(
            INTERVAL,
            f"multi-resolution hash grid, NeRF, {name}",
            measure(Case("uncalibrated", "nerf", "hashgrid", 8, settings=settings))[
                "encoding_interval_cycles"
            ],
        )
        for name, settings in VARIANTS.items()
        if not settings or settings[0][0].startswith("encoding_engines")
    ]


def _capacity() -> list[Row]:
    """Return frames whose tables are streamed, because they do not fit: not the reproduction."""
    note = "extra: the paper counts every look-up as a hit, though tables exceed 1 MB"
    found = []
    for encoding in ("hashgrid", "densegrid", "lowres-densegrid"):
        for distribution in ("broadcast", "copies"):
            settings: Settings = (
                ("tables.mode", "capacity"), ("tables.distribution", distribution),
            )  # fmt: skip
            case = Case("uncalibrated", "nerf", encoding, 64, settings=settings)
            metrics = measure(case)
            where = f"uncalibrated: {encoding}, NGPC-64, NeRF, tables streamed, {distribution}"
            found += [
                predicted("frame time with streamed tables (s)", where,
                          1.0 / metrics["frames_per_s"], note),
                predicted("time to load all tables once (s)", where, metrics["table_load_s"],
                          "once per scene; not part of a frame"),
            ]  # fmt: skip
    return found
