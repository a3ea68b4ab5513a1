"""Bad numbers and quantities in a hardware file, each with the whole sentence it gets."""

from __future__ import annotations

import pytest

BAD: list[tuple[str, str, str]] = [
    (
        "lanes: 4",
        "lane: 4",
        "chip.yaml:6: core.lane: unknown key; allowed: frequency_hz, lanes, scale; "
        "did you mean core.lanes? (and 1 more problem)",
    ),
    (
        "lanes: 4",
        "lanes: 0",
        "chip.yaml:6: core.lanes: must be a whole number, found 0; allowed: 1 to 1024",
    ),
    (
        "lanes: 4",
        "lanes: -3",
        "chip.yaml:6: core.lanes: must be a whole number, found -3; allowed: 1 to 1024",
    ),
    (
        "lanes: 4",
        "lanes: 1025",
        "chip.yaml:6: core.lanes: must be a whole number, found 1025; allowed: 1 to 1024",
    ),
    (
        "lanes: 4",
        "lanes: 4.5",
        "chip.yaml:6: core.lanes: must be a whole number, found 4.5; allowed: 1 to 1024",
    ),
    (
        "lanes: 4",
        "lanes: true",
        "chip.yaml:6: core.lanes: must be a whole number, found true; allowed: 1 to 1024",
    ),
    (
        "lanes: 4",
        "lanes: '4'",
        "chip.yaml:6: core.lanes: must be a whole number, found '4'; allowed: 1 to "
        "1024; did you mean 4?",
    ),
    (
        "lanes: 4",
        "lanes: yes",
        "chip.yaml:6: core.lanes: must be a whole number, found 'yes'; allowed: 1 to 1024",
    ),
    (
        "lanes: 4",
        "lanes: 017",
        "chip.yaml:6: core.lanes: must be a whole number, found '017'; allowed: 1 to "
        "1024; did you mean 17?",
    ),
    (
        "lanes: 4",
        "lanes: 0x10",
        "chip.yaml:6: core.lanes: must be a whole number, found '0x10'; allowed: 1 to 1024",
    ),
    (
        "lanes: 4",
        "lanes: 1_000",
        "chip.yaml:6: core.lanes: must be a whole number, found '1_000'; allowed: 1 "
        "to 1024; did you mean 1000?",
    ),
    (
        "lanes: 4",
        "lanes: 1:30",
        "chip.yaml:6: core.lanes: must be a whole number, found '1:30'; allowed: 1 to 1024",
    ),
    (
        "lanes: 4",
        "lanes: .nan",
        "chip.yaml:6: core.lanes: must be a whole number, found .nan; allowed: 1 to 1024",
    ),
    (
        "lanes: 4",
        "lanes: .inf",
        "chip.yaml:6: core.lanes: must be a whole number, found .inf; allowed: 1 to 1024",
    ),
    (
        "lanes: 4",
        "lanes:",
        "chip.yaml:6: core.lanes: must be a whole number, found null; allowed: 1 to 1024",
    ),
    (
        "lanes: 4",
        "lanes: [4]",
        "chip.yaml:6: core.lanes: must be a whole number, found a list of 1; allowed: 1 to 1024",
    ),
    (
        "lanes: 4",
        "lanes: {a: 4}",
        "chip.yaml:6: core.lanes: must be a whole number, found a mapping; allowed: 1 to 1024",
    ),
    (
        "lanes: 4",
        "lanes: 2024-01-01",
        "chip.yaml:6: core.lanes: must be a whole number, found '2024-01-01'; allowed: 1 to 1024",
    ),
    (
        "lanes: 4",
        "lanes: 99999999999999999999",
        "chip.yaml:6: core.lanes: must be a whole number, found "
        "99999999999999999999; allowed: 1 to 1024",
    ),
    (
        "lanes: 4",
        "lanes: 99999999999999999999999999999999999999999999999999",
        "chip.yaml:6: core.lanes: the number is too long, found 50 digits; allowed: 38 digits",
    ),
    (
        "lanes: 4",
        "lanes: 1e999",
        "chip.yaml:6: core.lanes: the number is too large, found '1e999'",
    ),
    (
        "  lanes: 4\n",
        "",
        "chip.yaml:4: core.lanes: the key is missing; allowed: 1 to 1024",
    ),
    (
        "1 GHz",
        "1 GB",
        "chip.yaml:5: core.frequency_hz: is a size in bytes and not a frequency, "
        "found '1 GB'; allowed: 1 Hz to 10 THz, as a number in Hz or text such as '1 "
        "GHz'",
    ),
    (
        "1 GHz",
        "1 ghz",
        "chip.yaml:5: core.frequency_hz: has an unknown unit 'ghz', found '1 ghz'; "
        "allowed: 1 Hz to 10 THz, as a number in Hz or text such as '1 GHz'; did you "
        "mean '1 GHz'?",
    ),
    (
        "1 GHz",
        "'1e9'",
        "chip.yaml:5: core.frequency_hz: is text without a unit, found '1e9'; "
        "allowed: 1 Hz to 10 THz, as a number in Hz or text such as '1 GHz'; did you "
        "mean 1e9 without quotes, or '1e9 Hz'?",
    ),
    (
        "1 GHz",
        "0",
        "chip.yaml:5: core.frequency_hz: must be a frequency, found 0; allowed: 1 Hz "
        "to 10 THz, as a number in Hz or text such as '1 GHz'",
    ),
    (
        "1 GHz",
        "-1 GHz",
        "chip.yaml:5: core.frequency_hz: must be a frequency, found '-1 GHz'; "
        "allowed: 1 Hz to 10 THz, as a number in Hz or text such as '1 GHz'",
    ),
    (
        "1 GHz",
        "1e40 GHz",
        "chip.yaml:5: core.frequency_hz: must be a frequency, found '1e40 GHz'; "
        "allowed: 1 Hz to 10 THz, as a number in Hz or text such as '1 GHz'",
    ),
    (
        "1 GHz",
        "100 THz",
        "chip.yaml:5: core.frequency_hz: must be a frequency, found '100 THz'; "
        "allowed: 1 Hz to 10 THz, as a number in Hz or text such as '1 GHz'",
    ),
    (
        "1 GHz",
        ".nan",
        "chip.yaml:5: core.frequency_hz: must be a frequency, found .nan; allowed: 1 "
        "Hz to 10 THz, as a number in Hz or text such as '1 GHz'",
    ),
    (
        "1 GHz",
        "true",
        "chip.yaml:5: core.frequency_hz: must be a frequency, found true; allowed: 1 "
        "Hz to 10 THz, as a number in Hz or text such as '1 GHz'",
    ),
    (
        "1 GHz",
        "[1]",
        "chip.yaml:5: core.frequency_hz: must be a frequency, found a list of 1; "
        "allowed: 1 Hz to 10 THz, as a number in Hz or text such as '1 GHz'",
    ),
    (
        "1 GHz",
        "fast",
        "chip.yaml:5: core.frequency_hz: is not a number with a unit, found 'fast'; "
        "allowed: 1 Hz to 10 THz, as a number in Hz or text such as '1 GHz'",
    ),
    (
        "1 GHz",
        "1.2.3 GHz",
        "chip.yaml:5: core.frequency_hz: is not a number with a unit, found '1.2.3 "
        "GHz'; allowed: 1 Hz to 10 THz, as a number in Hz or text such as '1 GHz'",
    ),
    (
        "64 KiB",
        "64 KB",
        "chip.yaml:7: memory.sram_bytes: has an unknown unit 'KB', found '64 KB'; "
        "allowed: 1 B to 1 PB, as a number in B or text such as '64 KiB'; did you "
        "mean '64 KiB' or '64 kB'?",
    ),
    (
        "64 KiB",
        "64 Kb",
        "chip.yaml:7: memory.sram_bytes: is in bits, and archsim counts bytes, found "
        "'64 Kb'; allowed: 1 B to 1 PB, as a number in B or text such as '64 KiB'; "
        "did you mean '64 kB', or '8 kB' for that many bits?",
    ),
    (
        "64 KiB",
        "64K",
        "chip.yaml:7: memory.sram_bytes: has an unknown unit 'K', found '64K'; "
        "allowed: 1 B to 1 PB, as a number in B or text such as '64 KiB'; did you "
        "mean '64 KiB' or '64 kB'?",
    ),
    (
        "64 KiB",
        "1.3 B",
        "chip.yaml:7: memory.sram_bytes: must be a size in whole bytes, found '1.3 "
        "B'; allowed: 1 B to 1 PB, as a number in B or text such as '64 KiB'",
    ),
    (
        "64 KiB",
        "0.1 KiB",
        "chip.yaml:7: memory.sram_bytes: must be a size in whole bytes, found '0.1 "
        "KiB'; allowed: 1 B to 1 PB, as a number in B or text such as '64 KiB'",
    ),
    (
        "64 KiB",
        "2 EiB",
        "chip.yaml:7: memory.sram_bytes: has an unknown unit 'EiB', found '2 EiB'; "
        "allowed: 1 B to 1 PB, as a number in B or text such as '64 KiB'; did you "
        "mean '2 TiB'?",
    ),
    (
        "64 KiB",
        "65536.5",
        "chip.yaml:7: memory.sram_bytes: must be a size in whole bytes, found "
        "65536.5; allowed: 1 B to 1 PB, as a number in B or text such as '64 KiB'",
    ),
    (
        "64 KiB",
        "0",
        "chip.yaml:7: memory.sram_bytes: must be a size in whole bytes, found 0; "
        "allowed: 1 B to 1 PB, as a number in B or text such as '64 KiB'",
    ),
    (
        "64 KiB",
        "-64 KiB",
        "chip.yaml:7: memory.sram_bytes: must be a size in whole bytes, found '-64 "
        "KiB'; allowed: 1 B to 1 PB, as a number in B or text such as '64 KiB'",
    ),
    (
        "64 KiB",
        "64 KiB/s",
        "chip.yaml:7: memory.sram_bytes: is a bandwidth in bytes per second and not "
        "a size in bytes, found '64 KiB/s'; allowed: 1 B to 1 PB, as a number in B "
        "or text such as '64 KiB'",
    ),
    (
        "19.2 GB/s",
        "19.2 Gb/s",
        "chip.yaml:7: memory.bandwidth_bytes_per_s: is in bits, and archsim counts "
        "bytes, found '19.2 Gb/s'; allowed: 1 B/s to 100 PB/s, as a number in B/s or "
        "text such as '19.2 GB/s'; did you mean '19.2 GB/s', or '2.4 GB/s' for that "
        "many bits?",
    ),
    (
        "19.2 GB/s",
        "19.2 GBps",
        "chip.yaml:7: memory.bandwidth_bytes_per_s: has an unknown unit 'GBps', "
        "found '19.2 GBps'; allowed: 1 B/s to 100 PB/s, as a number in B/s or text "
        "such as '19.2 GB/s'; did you mean '19.2 GB/s'?",
    ),
    (
        "19.2 GB/s",
        "19.2 GB",
        "chip.yaml:7: memory.bandwidth_bytes_per_s: is a size in bytes and not a "
        "bandwidth in bytes per second, found '19.2 GB'; allowed: 1 B/s to 100 PB/s, "
        "as a number in B/s or text such as '19.2 GB/s'; did you mean '19.2 GB/s'?",
    ),
]
"""What is replaced in the good file, by what, and the sentence."""


@pytest.mark.parametrize(("old", "new", "sentence"), BAD)
def test_a_bad_number_gets_one_sentence(refusal, write, chip_text, old, new, sentence):
    assert old in chip_text
    path = write("chip.yaml", chip_text.replace(old, new, 1))
    assert refusal(path) == sentence
