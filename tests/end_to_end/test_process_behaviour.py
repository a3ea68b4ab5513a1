"""What only a real process shows: start, exit codes, pipes, interrupts, defects."""

import json
import os
import signal
import subprocess
import sys

import pytest


def test_importing_archsim_imports_nothing_heavy():
    heavy = (
        "pandas",
        "numpy",
        "pydantic",
        "simpy",
        "numba",
        "scipy",
        "matplotlib",
        "rich",
        "typer",
    )
    code = (
        "import sys, archsim; archsim.InputError; "
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == "[]"


def test_a_process_reports_bad_input_with_code_2(archsim_process):
    done = archsim_process("run", "no-such-chip", "steps.yaml")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("archsim: ")
    assert done.stderr.count("\n") == 1


def test_a_process_lists_architectures_of_outside_packages(archsim_process):
    done = archsim_process("list", "architectures", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert "fake_chip" in [item["name"] for item in json.loads(done.stdout)]


def test_output_without_unicode_falls_back_to_ascii(archsim_process):
    done = archsim_process("explain", "latency_s", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.isascii()


def test_a_reader_that_leaves_early_is_no_error_message(archsim_process, files):
    program = (
        "import os, sys\n"
        "read, write = os.pipe(); os.close(read); os.dup2(write, 1)\n"
        "from archsim.cli.main import main\n"
        "sys.exit(main(['schema', 'fake_chip']))\n"
    )
    from_plugin = {**os.environ, "PYTHONPATH": str(_plugin())}
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env=from_plugin,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "")


def test_an_interrupt_ends_cleanly_with_130(monkeypatch, cli):
    import archsim.api.running as running

    def interrupted(*arguments, **options):
        signal.raise_signal(signal.SIGINT)

    # Whoever started the tests may have them ignore the signal, as a shell does in the background.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    monkeypatch.setattr(running, "run_named", interrupted)
    try:
        assert cli("run", "chip.yaml", "steps.yaml") == (130, "", "archsim: interrupted\n")
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("shown", [False, True])
def test_a_defect_is_one_sentence_and_a_traceback_on_request(monkeypatch, cli, shown):
    if shown:
        monkeypatch.setenv("ARCHSIM_TRACEBACK", "1")
    code, out, err = cli("run", "chip.yaml", "steps.yaml", "--set", "mode=crash")
    assert (code, out) == (1, "")
    assert err.endswith(
        "archsim: internal error, please report it (ARCHSIM_TRACEBACK=1 shows the traceback): "
        "ValueError: a defect of the chip\n"
    )
    assert ("Traceback" in err) is shown


def test_an_undeclared_metric_is_the_architectures_fault(cli):
    code, out, err = cli("run", "chip.yaml", "steps.yaml", "--set", "mode=undeclared")
    assert (code, out) == (1, "")
    assert "the architecture 'fake_chip' returned the metric 'surprise'" in err


def _plugin():
    from pathlib import Path

    return Path(__file__).parent / "plugin"
