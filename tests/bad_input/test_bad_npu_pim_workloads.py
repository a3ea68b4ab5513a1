"""Bad workload files for the NPU+PIM family: one sentence with file, line, key and the allowed."""

import pytest

HEAD = "kind: llm\nschema_version: 1\nname: bad\n"
FIELDS = {
    "model": "gpt3-7b",
    "batch": "4",
    "lengths": "{distribution: constant, tokens: 64}",
    "parallel": "{tensor: 4}",
}
SHAREGPT = "{distribution: sharegpt}"
WHOLE = "must be a whole number"


def lengths(distribution, rest):
    return {"lengths": f"{{distribution: {distribution}, {rest}}}"}


def requests(rest):
    return {"lengths": SHAREGPT, "serving": f"{{requests: 10, {rest}}}"}


# Keys that are changed, added or (None) left out; the line of the complaint; parts of the sentence.
FILES = [
    ({"model": "gpt3-7"}, 4, "model: unknown model", "found 'gpt3-7'", "did you mean gpt3-7b?"),
    ({"model": "3"}, 4, "model: must be text", "found 3"),
    ({"model": "null"}, 4, "model: an LLM workload needs a model", "Hugging Face config.json"),
    ({"model": "{hidden: 64}"}, 4, "model.name: the key is missing", "more problems"),
    ({"model": "{extends: gpt3-7b, name: x, head: 5}"}, 4, "model.head: unknown", "model.heads?"),
    ({"model": "{extends: gpt3-7b, name: x, top_k: 2}"}, 4, "model.top_k", "experts > 0"),
    ({"config": "a.json"}, 8, "config: give either model or config, not both"),
    ({"model": None, "config": "a.json"}, 7, "config: the model configuration does not exist"),
    ({"batch": "0"}, 5, "batch", WHOLE, "found 0", "1 to 65536"),
    ({"batch": "-4"}, 5, "batch", WHOLE, "found -4"),
    ({"batch": "true"}, 5, "batch", WHOLE, "found true"),
    ({"batch": "4.5"}, 5, "batch", WHOLE, "found 4.5"),
    ({"batch": "four"}, 5, "batch", WHOLE, "found 'four'"),
    ({"batch": ".nan"}, 5, "batch", WHOLE, "found .nan"),
    ({"batch": "1000000"}, 5, "batch", "found 1000000", "1 to 65536"),
    ({"bach": "4"}, 8, "bach: unknown key", "did you mean batch?"),
    (lengths("constant", "tokens: 0"), 6, "lengths.tokens", WHOLE, "1 to 4194304"),
    (lengths("constant", "tokens: -5"), 6, "lengths.tokens", "found -5"),
    (lengths("constant", "tokens: 2049"), 6, "longer than gpt3-7b can be", "at most 2048"),
    (lengths("constnt", "tokens: 4"), 6, "lengths.distribution", "did you mean constant?"),
    (lengths("sharegtp", ""), 6, "lengths.distribution", "did you mean sharegpt?"),
    (lengths("list", "tokens: []"), 6, "lengths.tokens: must not be empty"),
    (lengths("list", "tokens: 5"), 6, "lengths.tokens: must be a list", "found 5"),
    (lengths("list", "tokens: [5, 6]"), 5, "more requests than lengths", "at most 2"),
    (lengths("list", "tokens: [5, 0, 6, 7]"), 6, "lengths.tokens.1", "found 0"),
    (
        lengths("list", "tokens: [5, 5, 6, 7], channels: [0, 1]"),
        6, "lengths.channels: every request needs one channel", "found 2 channels; allowed: 4",
    ),
    (lengths("list", "tokens: [5, 5, 6, 7], channels: [0, 1, 2, -1]"), 6, "lengths.channels.3"),
    (lengths("log_normal", "mean_tokens: 3000, sd_tokens: 5"), 6, "lengths.mean_tokens", "2048"),
    (lengths("log_normal", "mean_tokens: 300, sd_tokens: -5"), 6, "lengths.sd_tokens", "found -5"),
    ({"lengths": "{tokens: 4}"}, 6, "lengths.distribution: the key is missing", "sharegpt"),
    ({"lengths": "64"}, 6, "lengths: must be a mapping", "found 64"),
    (lengths("csv", "path: none.csv"), 6, "lengths.path: the request list does not exist"),
    (lengths("csv", "path: ."), 6, "lengths.path", "not a regular file"),
    ({"parallel": "{tensor: 3}"}, 7, "parallel.tensor: the 32 heads", "a divisor of 32"),
    ({"parallel": "{tensor: 64}"}, 7, "parallel.tensor: the 32 heads", "over 64 devices"),
    ({"parallel": "{tensor: 0}"}, 7, "parallel.tensor", WHOLE, "1 to 1024"),
    ({"parallel": "{pipeline: 5}"}, 7, "parallel.pipeline: the 32 layers", "a divisor of 32"),
    ({"parallel": "{tensr: 2}"}, 7, "parallel.tensr: unknown key", "parallel.tensor?"),
    ({"parallel": "4"}, 7, "parallel: must be a mapping", "tensor, pipeline"),
    ({"phase": "prefil"}, 8, "phase", "decode, prefill", "did you mean prefill?"),
    ({"phase": "prefill", "generated_tokens": "4"}, 9, "generated_tokens: prefill", "found 4"),
    ({"generated_tokens": "0"}, 8, "generated_tokens", WHOLE, "1 to 1000000"),
    ({"bytes_per_element": "16"}, 8, "bytes_per_element", WHOLE, "1 to 8"),
    ({"bytes_per_element": "1.5"}, 8, "bytes_per_element", WHOLE, "found 1.5"),
    ({"routing": "sampeld"}, 8, "routing", "expected, sampled", "did you mean sampled?"),
    ({"include_head": "1"}, 8, "include_head", "must be true or false"),
    ({"lengths": SHAREGPT, "serving": "{}"}, 8, "serving.requests: the key is missing"),
    ({"lengths": SHAREGPT, "serving": "{requests: 0}"}, 8, "serving.requests", "found 0"),
    ({"serving": "{requests: 10}"}, 6, "lengths.output_tokens", "how many tokens to generate"),
    (requests("arrivals: {process: poison}"), 8, "serving.arrivals.process", "mean poisson?"),
    (requests("arrivals: {process: poisson}"), 8, "serving.arrivals.rate_per_s", "is missing"),
    (requests("arrivals: {process: uniform, rate_per_s: 0}"), 8, "rate_per_s", "found 0"),
    (requests("max_iterations: 0"), 8, "serving.max_iterations", "1 to 10000000"),
    (requests("time_to_first_token_s: -1 s"), 8, "time_to_first_token_s", "found '-1 s'"),
    (requests("time_per_output_token_s: 1 GHz"), 8, "is a frequency and not a time"),
    ({**requests("max_iterations: 5"), "phase": "prefill"}, 9, "phase: a serving run contains"),
]  # fmt: skip

CSV_FILES = [
    ("seq_len\n5\n-3\n", "requests.csv:3: seq_len is not a whole number", "found '-3'"),
    ("seq_len\n0\n", "requests.csv:2: seq_len", "1 to 4194304"),
    ("seq_len\n5.5\n", "requests.csv:2: seq_len", "found '5.5'"),
    ("seq_len\nabc\n", "requests.csv:2: seq_len", "found 'abc'"),
    ("seq_len\nnan\n", "requests.csv:2: seq_len", "found 'nan'"),
    ("seq_len,ch_idx\n5\n", "requests.csv:2: wrong number of columns", "found 1; allowed: 2"),
    ("len,ch_idx\n5,1\n", "requests.csv:1: the first line must name", "did you mean seq_len?"),
    ("5,1\n7,2\n", "requests.csv:1: the first line must name the columns", "found '5,1'"),
    ("seq_len,ch_idx\n5,-1\n", "requests.csv:2: ch_idx is not a whole number", "found '-1'"),
    ("seq_len\n5\n\n7\n", "requests.csv:3: blank line", ""),
    ("", "lengths.path: the request list has no requests", "requests.csv"),
    ("seq_len\n5000\n", "longer than gpt3-7b can be", "found 5000 tokens; allowed: at most 2048"),
    ("seq_len,ch_idx\n5,0\n7,32\n", "a channel that the memory does not have", "found 32"),
]


def write(folder, changes):
    fields = {**FIELDS, **changes}
    lines = [f"{key}: {value}\n" for key, value in fields.items() if value is not None]
    (folder / "bad.yaml").write_text(HEAD + "".join(lines), encoding="utf-8")


@pytest.mark.parametrize(
    ("changes", "line", "parts"), [(changes, line, rest) for changes, line, *rest in FILES]
)
def test_a_bad_key_is_named_with_file_and_line(refused, folder, changes, line, parts):
    write(folder, changes)
    sentence = refused("run", "neupims", "bad.yaml", "--output", "out.json")
    assert sentence.startswith(f"archsim: bad.yaml:{line}: ")
    for part in parts:
        assert part in sentence


@pytest.mark.parametrize(("text", "first", "second"), CSV_FILES)
def test_a_bad_request_list_is_named_with_its_line(refused, folder, text, first, second):
    (folder / "requests.csv").write_text(text, encoding="utf-8")
    write(folder, {"batch": None, **lengths("csv", "path: requests.csv")})
    sentence = refused("run", "neupims", "bad.yaml", "--output", "out.json")
    assert first in sentence
    assert second in sentence


def test_an_inline_model_whose_sizes_do_not_fit_what_it_extends(refused, folder):
    write(folder, {"model": "{extends: gpt3-7b, name: x, kv_heads: 5}"})
    sentence = refused("run", "neupims", "bad.yaml")
    assert "model.kv_heads: kv_heads must divide heads, found 5; allowed: a divisor of" in sentence


@pytest.mark.parametrize("key", ["lengths", "batch"])
def test_a_missing_key_is_named(refused, folder, key):
    write(folder, {key: None})
    assert f"bad.yaml: {key}: the key is missing" in refused("run", "neupims", "bad.yaml")


@pytest.mark.parametrize("system", ["npu-only", "npu-pim-naive", "neupims", "neupims-subbatch"])
def test_a_model_too_large_for_the_memory(refused, folder, system):
    write(folder, {"model": "gpt3-175b"})
    sentence = refused("run", system, "bad.yaml", "--output", "out.json")
    assert "the weights of gpt3-175b do not fit the memory of one device" in sentence
    assert "found 81.31 GiB; allowed: at most 32 GiB" in sentence
    assert "raise parallel.tensor" in sentence


@pytest.mark.parametrize("phase", ["decode", "prefill"])
def test_keys_and_values_too_large_for_the_memory(refused, folder, phase):
    write(folder, {"batch": "512", "phase": phase, **lengths("constant", "tokens: 2048")})
    sentence = refused("run", "neupims", "bad.yaml", "--output", "out.json")
    assert "keys and values do not fit beside the weights" in sentence
    assert "found 1048576 tokens in flight" in sentence
    assert "lower the batch" in sentence


def test_a_served_request_longer_than_the_whole_cache(refused, folder):
    changes = {"model": "gpt3-30b", "parallel": "{tensor: 2}", "serving": "{requests: 10}"}
    write(folder, {**changes, **lengths("constant", "tokens: 2000, output_tokens: 48")})
    sentence = refused("run", "neupims", "bad.yaml", "--set", "memory.channel_bytes=900 MiB")
    assert "a request is longer than the whole key/value cache, found 2048 tokens" in sentence


def test_a_workload_that_is_a_model_or_a_model_that_is_a_workload(refused, folder):
    sentence = refused("run", "neupims", "gpt3-7b")
    assert "kind: this is a model, not a workload" in sentence
    write(folder, {"model": "gpt3-13b-sharegpt"})
    assert "kind: this is not a language model" in refused("run", "neupims", "bad.yaml")
