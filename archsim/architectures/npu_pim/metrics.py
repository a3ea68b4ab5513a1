"""Every figure this family reports, with unit and meaning."""

from __future__ import annotations

from archsim.result import MetricDeclaration

METRICS: tuple[MetricDeclaration, ...] = (
    MetricDeclaration(
        "tokens_per_s",
        "tokens/s",
        "New tokens of the run divided by its latency, with one batch in flight.",
    ),
    MetricDeclaration(
        "pipelined_tokens_per_s",
        "tokens/s",
        "tokens_per_s with every pipeline stage working on a batch of its own.",
    ),
    MetricDeclaration(
        "energy_per_token_j", "J/token", "Energy of all devices divided by new tokens."
    ),
    MetricDeclaration("total_cycles", "cycles", "Latency in cycles of the NPU clock."),
    MetricDeclaration("iterations", "1", "Passes through the model in the run."),
    MetricDeclaration(
        "steady_layer_cycles",
        "cycles",
        "Cycles of one layer in the steady state of the first pass: all stages, or C + D when "
        "sub-batches interleave.",
    ),
    MetricDeclaration(
        "npu_mac_utilisation",
        "1",
        "Multiply-accumulates divided by what the arrays could do in the run.",
    ),
    MetricDeclaration(
        "pim_utilisation",
        "1",
        "Mean over channels of the share of the run in which the channel has PIM commands under "
        "way (the NeuPIMs authors' busy metric, not arithmetic).",
    ),
    MetricDeclaration(
        "bandwidth_utilisation",
        "1",
        "NPU traffic divided by what the data buses could move in the run.",
    ),
    MetricDeclaration(
        "devices",
        "1",
        "Devices: tensor-parallel times pipeline; energy and area count all of them.",
    ),
    MetricDeclaration("device_area_mm2", "mm2", "Area of one device, DRAM dies included."),
    MetricDeclaration(
        "device_die_area_mm2",
        "mm2",
        "Area of one device's NPU die: arrays, vector units, scratchpads, link.",
    ),
    MetricDeclaration(
        "dram_power_w", "W", "Mean power of one device's DRAM: accesses, PIM, standby and refresh."
    ),
    MetricDeclaration(
        "kv_cache_bytes", "bytes", "Keys and values on one device at the end of the run."
    ),
    MetricDeclaration("weight_bytes", "bytes", "Weights on one device."),
    MetricDeclaration(
        "requests_completed",
        "requests",
        "Serving: requests whose last token was generated in the run.",
    ),
    MetricDeclaration(
        "time_to_first_token_mean_s",
        "s",
        "Serving: mean time from a request's arrival to its first generated token.",
    ),
    MetricDeclaration("time_to_first_token_p50_s", "s", "Serving: median time to first token."),
    MetricDeclaration(
        "time_to_first_token_p99_s", "s", "Serving: 99th percentile of the time to first token."
    ),
    MetricDeclaration(
        "time_per_output_token_mean_s",
        "s",
        "Serving: mean over requests of the time between generated tokens after the first.",
    ),
    MetricDeclaration("time_per_output_token_p50_s", "s", "Serving: median time per output token."),
    MetricDeclaration(
        "time_per_output_token_p99_s", "s", "Serving: 99th percentile of the time per output token."
    ),
    MetricDeclaration(
        "goodput_requests_per_s",
        "requests/s",
        "Serving: completed requests that met both latency targets, per second; without targets "
        "all completed requests.",
    ),
    MetricDeclaration("batch_mean", "requests", "Serving: mean requests in a decode iteration."),
    MetricDeclaration(
        "waiting_mean",
        "requests",
        "Serving: time-weighted mean of requests that have arrived and not started decoding.",
    ),
    MetricDeclaration(
        "kv_occupancy_peak", "1", "Serving: largest share of the cache capacity that was reserved."
    ),
)
