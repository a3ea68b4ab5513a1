"""A sweep of designs on each board: bounds, front, knee."""

import numpy as np
import pytest

import archsim
from archsim.architectures.fpga.design_sweep import BOARDS, knee, pareto_front
from archsim.errors import InfeasibleError, InputError

SMALL = {"frequency_hz": (60e6, 250e6), "port_bytes": (16, 64, 128), "ports": (1, 4)}


@pytest.mark.parametrize("board", BOARDS)
def test_no_design_beats_the_memory_and_the_knee_is_near_the_best(board):
    table = archsim.fpga.design_sweep(board, "matmulfree-370m", SMALL)
    memory = archsim.load_hardware(f"{board}-ternary").board.memory
    supplied = table["channels"] * memory.channel_bytes_per_s * 0.9
    bits = table["weight_packing"].map({"two_bit": 2.0, "base3": 1.6})
    streamed = table["tokens_per_s"] * 341_049_344 * bits / 8
    assert (streamed <= supplied * (1 + 1e-9)).all()
    low, high = table["energy_per_token_j_low"], table["energy_per_token_j_high"]
    assert ((low <= table["energy_per_token_j"]) & (table["energy_per_token_j"] <= high)).all()
    (marked,) = table[table["knee"]].to_dict("records")
    efficiency = table["tokens_per_s"] / table["average_power_w"]
    assert marked["tokens_per_s"] / marked["average_power_w"] >= 0.99 * efficiency.max()
    better = table[efficiency >= 0.99 * efficiency.max()]
    assert marked["logic_cells_high"] == better["logic_cells_high"].min()
    assert marked["weight_packing"] == "base3"


def test_the_front_by_hand():
    tokens = np.array([1.0, 2.0, 2.0, 1.5, 3.0, 3.0])
    watts = np.array([1.0, 1.0, 2.0, 3.0, 3.0, 3.0])
    assert pareto_front(tokens, watts).tolist() == [False, True, False, False, True, False]


def test_the_knee_by_hand():
    tokens, watts = np.array([10.0, 99.5, 100.0, 100.0]), np.array([1.0, 1.0, 1.0, 2.0])
    assert knee(tokens, watts, np.array([1.0, 5.0, 9.0, 9.0])) == 1


def test_what_makes_no_sweep_is_refused():
    with pytest.raises(InputError, match=r"unknown board, found 'zcu103'.*did you mean zcu10"):
        archsim.fpga.design_sweep("zcu103")
    with pytest.raises(InputError, match=r"unknown key of the space.*did you mean cores"):
        archsim.fpga.design_sweep("zcu104", space={"core": (1,)})
    with pytest.raises(InfeasibleError, match="no design of the space fits the board zcu104"):
        archsim.fpga.design_sweep("zcu104", space={"cores": (64,), "frequency_hz": (1e8,)})
