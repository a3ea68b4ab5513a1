#!/bin/sh
# What `make demo` runs: chats with GPT3-class models on an NPU, on NPU+PIM, on NeuPIMs and on GPUs.
# Every step prints the command it runs, so that any of them can be repeated and changed.
set -eu

cd "$(dirname "$0")/../.."
out=results/demo
mkdir -p "$out"

bold= plain=
if [ -t 1 ]; then
  bold=$(printf '\033[1m') plain=$(printf '\033[0m')
fi

step() {
  printf '\n%s%s%s\n' "$bold" "$1" "$plain"
  shift
  printf '%s\n' "$@"
}

show() {
  printf '\n$ %s\n\n' "$*"
  "$@"
}

step "1 of 5  One token for each of 256 chats with GPT3-13B, on four devices of each design" \
  "Attention reads every key and value once for a single multiplication, so the NPU waits for" \
  "its memory. PIM multiplies inside the banks instead; NeuPIMs adds a second row buffer, so" \
  "that the banks need not stop for the NPU's own reads."
show archsim compare gpt3-13b-sharegpt npu-only npu-pim-naive neupims \
  --figures latency_s,tokens_per_s,energy_j,average_power_w,area_mm2 --plot "$out/decode.svg" \
  --html "$out/decode.html"

step "2 of 5  Where time and energy go on NeuPIMs, and what the figures rest on" \
  "The timeline of one layer opens in ui.perfetto.dev. Each run checks its own invariants, and" \
  "says which of its numbers come from a publication and which are judgements."
show archsim run neupims gpt3-13b-sharegpt --timeline "$out/neupims.json.gz" \
  --html "$out/neupims.html"

step "3 of 5  Sub-batches: the arrays work on one half of the chats while PIM works on the other" \
  "Each half reads the weights again. That costs more than the overlap saves in small batches" \
  "(try workload.batch=128), and less in large ones."
show archsim compare gpt3-7b-sharegpt neupims neupims-subbatch --set workload.batch=384 \
  --figures latency_s,tokens_per_s,energy_j,bandwidth_utilisation,pim_utilisation \
  --plot "$out/interleaving.svg"

step "4 of 5  Serving: chats arrive at random, 44 a second, and join and leave the batch" \
  "1,000 iterations in closed forms. Both designs keep up; where the batch is large, NeuPIMs" \
  "keeps users waiting less for each token. In a small batch its channels are unevenly filled."
show archsim compare gpt3-13b-serving npu-only neupims --fidelity analytic \
  --set workload.serving.arrivals.rate_per_s=44 \
  --figures tokens_per_s,batch_mean,time_to_first_token_p99_s,time_per_output_token_p50_s,time_per_output_token_p99_s,energy_per_token_j

step "5 of 5  The same chats on graphics cards" \
  "Every family runs the same workload. The cards are checked against measured kernels of an" \
  "H100; their energy is that of the whole board, their area the GPU die without memory."
show archsim compare gpt3-7b-sharegpt npu-only neupims a100_40gb h100_sxm \
  --figures latency_s,tokens_per_s,energy_j,average_power_w,area_mm2 --plot "$out/families.svg"

step "Done. Look at" \
  "  $out/decode.html         step 1 as a page: open it in a browser" \
  "  $out/neupims.html        step 2 as a page: waterfalls, roofline, timeline, sources" \
  "  $out/decode.svg          latency, energy and area of step 1 as a picture" \
  "  $out/interleaving.svg    the same for step 3: what works at the same time" \
  "  $out/families.svg        step 5: two NPUs and two graphics cards" \
  "  $out/neupims.json.gz     one layer of step 2 as a timeline, for ui.perfetto.dev"
step "Try next (after: . .venv/bin/activate)" \
  "  archsim list hardware                                 and: workloads, models, papers" \
  "  archsim run neupims llama3-8b-sharegpt                another model" \
  "  archsim run neupims gpt3-13b-sharegpt --set memory.channels=64" \
  "  archsim explain pim_utilisation                       what a figure means" \
  "  archsim compare resnet50 dla-1024 systolic-32x32 h100_sxm   a network on other families" \
  "  archsim run m3vit-zcu104 m3vit-pascal                 a vision transformer on an FPGA" \
  "  archsim run ngpc-64 nerf-hashgrid --html nerf.html    a neural graphics frame, as a page" \
  "  archsim reproduce neupims                             published against measured"
