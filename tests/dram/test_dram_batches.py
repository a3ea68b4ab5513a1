"""Many controllers at once: equal to one after the other, however many threads there are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archsim
from archsim.architectures import registry
from archsim.architectures.dram import many, public
from archsim.architectures.dram.batch import evaluate
from archsim.architectures.dram.config import Controller
from archsim.architectures.dram.equivalence import Runs, representative
from archsim.architectures.dram.outcome import LIMITS
from archsim.errors import InfeasibleError, InputError
from archsim.space import load_study

SCALARS = ("latency_s", "energy_j", "area_mm2", "average_power_w")
CHOICES = {
    name: field.annotation.__args__
    for name, field in Controller.model_fields.items()
    if hasattr(field.annotation, "__args__") and "Literal" in str(field.annotation)
}


@pytest.fixture(scope="module")
def study():
    return load_study("dram-controller")


@st.composite
def controllers(draw):
    settings = {name: draw(st.sampled_from(values)) for name, values in CHOICES.items()}
    sizes = set(Controller.model_fields) - set(CHOICES)
    return Controller(**settings, **{name: draw(st.integers(1, 9)) for name in sorted(sizes)})


def columns_of(space, levels):
    return {
        parameter.key: np.array([parameter.values[level] for level in levels[:, at]])
        for at, parameter in enumerate(space.parameters)
    }


def test_the_shipped_space_is_that_of_the_repository(study):
    assert study.space.size == 442_368
    assert study.space.distinct_size == 166_464
    assert len(study.space.keys) == 10


@pytest.mark.parametrize("fidelity", ["event", "analytic"])
@pytest.mark.parametrize("workload", ["memory-random", "memory-mix"])
def test_every_figure_equals_that_of_a_run(study, fidelity, workload):
    short = archsim.load_workload(workload, overrides={"requests": 400})
    rng = np.random.default_rng(3)
    levels = np.stack([rng.integers(0, count, 25) for count in study.space.shape], axis=1)
    columns = columns_of(study.space, levels)
    family = registry.get("dram")
    batch = family.simulate_batch if fidelity == "event" else family.evaluate_batch
    found = batch(study.hardware, short, columns)
    assert found.pop("feasible").tolist() == [1.0] * len(levels)
    for at in range(len(levels)):
        setting = {key.removeprefix("hardware."): v[at].item() for key, v in columns.items()}
        hardware = archsim.load_hardware("dram-ddr3-1600", setting)
        one = archsim.simulate(hardware, short, fidelity=fidelity)
        expected = {**{name: getattr(one, name) for name in SCALARS}, **one.metrics}
        assert {name: values[at] for name, values in found.items()} == expected


def test_threads_and_company_change_nothing(study):
    rng = np.random.default_rng(5)
    levels = np.stack([rng.integers(0, count, 12) for count in study.space.shape], axis=1)
    columns = columns_of(study.space, levels)
    work = archsim.load_workload("memory-mix", overrides={"requests": 300})
    whole = evaluate(study.hardware, work, columns, "event", threads=1)
    for threads, part in ((3, slice(None)), (2, slice(4, 9))):
        some = {key: values[part] for key, values in columns.items()}
        found = evaluate(study.hardware, work, some, "event", threads=threads)
        for name, values in found.items():
            assert values.tolist() == whole[name][part].tolist(), name


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(("random", "stream", "hot", "mix")),
    st.sampled_from((0.0, 0.4)),
    st.sampled_from(("ddr3-1600", "ddr4-2400", "hbm2-pc")),
    controllers(),
)
def test_a_representative_does_the_same(pattern, write_share, device, controller):
    trace = public.generate(pattern, 250, write_share=write_share)
    has_writes = bool(trace.is_write.any())
    stand_in = representative(controller, has_writes=has_writes)
    assert representative(stand_in, has_writes=has_writes) == stand_in
    outcomes = [
        public.simulate(trace, device, item.model_dump(), keep_record=True)
        for item in (controller, stand_in)
    ]
    assert outcomes[0] == outcomes[1]
    first, second = (outcome.record for outcome in outcomes)
    assert (first.received_cycles == second.received_cycles).all()
    assert (first.commands.time_cycles == second.commands.time_cycles).all()


def test_controllers_that_can_only_do_the_same_are_run_once(monkeypatch):
    runs = []

    def counted(requests, device, controller):
        runs.append(controller)
        return run(requests, device, controller)

    run = many.run_requests
    monkeypatch.setattr(many, "run_requests", counted)
    trace = public.generate("random", 200)
    alike = [
        {"Scheduler": scheduler, "SchedulerBuffer": buffer, "MaxActiveTransactions": active,
         "RefreshPolicy": "NoRefresh", "RefreshMaxPostponed": postponed}
        for scheduler in ("FrFcfs", "FrFcfsGrp")
        for buffer in ("Shared", "ReadWrite")
        for active in (1, 64)
        for postponed in (2, 8)
    ]  # fmt: skip
    outcomes = public.simulate_batch(trace, "ddr3-1600", [*alike, {"Arbiter": "Fifo"}])
    assert len(runs) == 2
    assert all(outcome == outcomes[0] for outcome in outcomes[:16])
    assert outcomes[16] != outcomes[0]
    with_writes = public.generate("random", 200, write_share=0.3)
    public.simulate_batch(with_writes, "ddr3-1600", alike)
    assert len(runs) == 2 + 4


def test_a_design_that_cannot_hold_the_trace_is_told_apart(study):
    family, work = registry.get("dram"), study.workload
    columns = {"hardware.organisation.rows": np.array([16384, 16384])}
    assert family.infeasible_reasons(study.hardware, work, columns) == ["", ""]
    device = public.load_device("ddr3-1600")
    beyond = public.generate("random", 10)
    beyond.address[3] = device.organisation.capacity_bytes
    with pytest.raises(InfeasibleError, match="request 3 lies beyond the device"):
        public.simulate(beyond, "ddr3-1600", {})


def test_an_infeasible_design_of_a_batch_has_its_reason(tmp_path, study):
    capacity = study.hardware.organisation.capacity_bytes
    path = tmp_path / "far.stl"
    path.write_text(f"0:\tread\t0x40\n1:\tread\t{capacity:#x}\n", encoding="utf-8")
    work = archsim.load_workload({"kind": "memory_trace", "schema_version": 1, "name": "far",
                                  "path": str(path)})  # fmt: skip
    columns = {"controller.Scheduler": np.array(["Fifo", "FrFcfs"])}
    family = registry.get("dram")
    for batch in (family.evaluate_batch, family.simulate_batch):
        assert batch(study.hardware, work, columns)["feasible"].tolist() == [0.0, 0.0]
    for reason in family.infeasible_reasons(study.hardware, work, columns):
        assert "the address of request 1 lies beyond the device" in reason


def test_a_trace_file_that_changes_is_read_again(tmp_path, study):
    path = tmp_path / "mine.stl"
    family, columns = registry.get("dram"), {"controller.RequestBufferSize": np.array([2, 4])}

    def evaluated(count):
        public.write_stl(public.generate("random", count), path)
        work = archsim.load_workload({"kind": "memory_trace", "schema_version": 1, "name": "mine",
                                      "path": str(path)})  # fmt: skip
        found = [family.simulate_batch(study.hardware, work, columns) for _ in range(2)]
        assert found[0]["energy_j"].tolist() == found[1]["energy_j"].tolist()
        return found[0]["requests"].tolist()

    assert evaluated(100) == [100.0, 100.0]
    assert evaluated(150) == [150.0, 150.0]


def test_many_organisations_are_decoded_in_turn(study):
    columns = {"organisation.rows": np.array([2**14] * 3), "timing.rl": np.array([10, 11, 12])}
    work = archsim.load_workload("memory-random", overrides={"requests": 100})
    family = registry.get("dram")
    once = family.simulate_batch(study.hardware, work, columns)
    for name in range(40):
        renamed = study.hardware.model_copy(update={"name": f"channel {name}"})
        assert family.simulate_batch(renamed, work, columns)["latency_s"].tolist() == (
            once["latency_s"].tolist()
        )


def test_wrong_columns_are_named(study):
    family, work = registry.get("dram"), study.workload
    for key, value, message in (
        ("controller.Schedular", "Fifo", "Scheduler"),
        ("controller.RequestBufferSize", 0, "RequestBufferSize"),
    ):
        with pytest.raises(InputError, match=message):
            family.simulate_batch(study.hardware, work, {key: np.array([value])})


def test_a_sweep_of_controllers_is_a_batch_and_equals_runs_one_by_one(tmp_path):
    data = {
        "name": "few", "hardware": "dram-ddr4-2400", "workload": "memory-hot-rows",
        "fidelity": "event",
        "space": {
            "hardware.controller.Arbiter": {"values": ["Simple", "Fifo"]},
            "hardware.controller.MaxActiveTransactions": {
                "values": [1, 8], "inert_when": {"hardware.controller.Arbiter": "Simple"}},
            "workload.requests": {"values": [200, 300]},
        },
        "objectives": ["minimise latency_s", "minimise dram_power_w"],
    }  # fmt: skip
    tables = {
        seed: archsim.sweep({**data, "simulation_seed": seed}, ledger=tmp_path / f"{seed}.sqlite")
        for seed in (0, 1)
    }
    forms = [table.attrs["summary"]["fidelities"][0]["form"] for table in tables.values()]
    assert forms == ["batch", "run"]
    assert len(tables[0]) == 6
    two = archsim.sweep(data, ledger=tmp_path / "two.sqlite", workers=2)
    assert two["energy_j"].tolist() == tables[0]["energy_j"].tolist()
    for at, row in tables[0].iterrows():
        hardware = archsim.load_hardware(
            "dram-ddr4-2400",
            {k.removeprefix("hardware."): v for k, v in row.items() if k.startswith("hardware.")},
        )
        work = archsim.load_workload("memory-hot-rows", {"requests": row["workload.requests"]})
        assert archsim.simulate(hardware, work).energy_j == tables[0]["energy_j"][at]


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(("random", "stream", "hot", "poisson")),
    st.sampled_from((0.0, 0.4)),
    st.sampled_from((1, 6)),
    controllers(),
    st.lists(st.sampled_from(LIMITS), min_size=1),
    st.integers(1, 4000),
)
def test_a_limit_never_met_could_have_been_higher(pattern, writes, gap, controller, raised, more):
    trace = public.generate(pattern, 300, write_share=writes, gap_cycles=gap)
    low = public.simulate(trace, "ddr4-2400", controller.model_dump(), keep_record=True)
    update = {key: min(4096, getattr(controller, key) + more) for key in raised}
    high = controller.model_copy(update=update)
    runs = Runs()
    runs.keep(controller, low)
    told = runs.find(high)
    assert (told is low) == (not low.limits_met & set(raised))
    if told is None:
        return
    again = public.simulate(trace, "ddr4-2400", high.model_dump(), keep_record=True)
    assert again == low
    assert (again.record.received_cycles == low.record.received_cycles).all()
    assert (again.record.sent_cycles == low.record.sent_cycles).all()


def test_limits_that_are_met_are_named():
    trace = public.generate("random", 3000)
    full = public.simulate(trace, "ddr3-1600", {"RequestBufferSize": 1, "RefreshMaxPostponed": 1})
    assert full.limits_met == {"RequestBufferSize", "RefreshMaxPostponed"}
    few = public.simulate(
        trace, "ddr3-1600",
        {"Arbiter": "Fifo", "MaxActiveTransactions": 2, "RefreshPolicy": "NoRefresh"},
    )  # fmt: skip
    assert few.limits_met == {"MaxActiveTransactions"}
    idle = public.simulate(
        public.generate("random", 40, gap_cycles=1000), "ddr3-1600", {"RefreshMaxPulledin": 1}
    )
    assert idle.limits_met == {"RefreshMaxPulledin"}


def test_a_lower_limit_or_another_policy_is_not_told():
    runs = Runs()
    trace = public.generate("stream", 50, gap_cycles=40)
    wide = Controller(RequestBufferSize=4)
    runs.keep(wide, public.simulate(trace, "ddr3-1600", wide.model_dump()))
    assert runs.find(wide.model_copy(update={"RequestBufferSize": 5})) is not None
    assert runs.find(wide.model_copy(update={"RequestBufferSize": 3})) is None
    assert runs.find(wide.model_copy(update={"Scheduler": "Fifo"})) is None


@pytest.mark.parametrize("pattern", ["random", "poisson"])
def test_a_grid_of_limits_is_run_once_for_those_never_met(monkeypatch, pattern):
    runs = []

    def counted(requests, device, controller):
        runs.append(controller)
        return run(requests, device, controller)

    run = many.run_requests
    monkeypatch.setattr(many, "run_requests", counted)
    trace = public.generate(pattern, 300)
    grid = [
        {"Arbiter": "Fifo", "RequestBufferSize": size, "MaxActiveTransactions": active,
         "RefreshMaxPostponed": late, "RefreshMaxPulledin": early}
        for size in (1, 2, 4, 64) for active in (1, 2, 4, 64) for late in (1, 8) for early in (1, 8)
    ]  # fmt: skip
    outcomes = public.simulate_batch(trace, "ddr3-1600", grid, threads=1)
    assert len(runs) < len(grid) / 2
    for settings_of_one, outcome in zip(grid, outcomes, strict=True):
        assert public.simulate(trace, "ddr3-1600", settings_of_one) == outcome
