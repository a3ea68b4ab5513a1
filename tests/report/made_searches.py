"""Searches made by hand for the page's tests: a study, evaluations, and their summary."""

import numpy as np
import pandas as pd


def made_search(study, methods=("random", "ga", "ga population=8"), *, seeds=4, steps=60):
    """Return a table of evaluations with its summary; a later method finds better designs.

    Methods whose names share the first word are settings of one method.
    """
    draw = np.random.default_rng(1)
    parts, entries = [], []
    for rank, method in enumerate(methods):
        bests = []
        for seed in range(seeds):
            levels = [draw.integers(0, size, steps) for size in study.space.shape]
            levels[1] = np.where(np.arange(steps) > steps // 2, study.space.shape[1] - 1, levels[1])
            rewards = draw.uniform(0, 1, steps) + 0.2 * rank
            best = np.maximum.accumulate(rewards)
            best[:3] = np.nan
            bests.append(best)
            values = {
                item.key: [tuple(item.values)[level] for level in column]
                for item, column in zip(study.space.parameters, levels, strict=True)
            }
            columns = {"method": method, "seed": seed, "step": np.arange(steps), **values}
            parts.append(pd.DataFrame(columns | {"reward": rewards, "best_so_far": best}))
        entries.append(_entry(method, np.array(bests), steps))
    table = pd.concat(parts, ignore_index=True)
    table.attrs["summary"] = _summary(study, entries, table)
    return table


def _entry(method, bests, steps):
    counts = [1, 4, 10, steps]
    low, middle, high = (
        [None if np.isnan(value) else float(value) for value in np.quantile(bests, q, axis=0)]
        for q in (0.25, 0.5, 0.75)
    )
    curve = {"counts": counts}
    for name, values in (("lower_quartile", low), ("median", middle), ("upper_quartile", high)):
        curve[name] = [values[count - 1] for count in counts]
    return {
        "method": method,
        "group": method.split()[0],
        "algorithm": method.split()[0],
        "options": {"population": 8} if " " in method else {},
        "runs": len(bests),
        "evaluations": bests.size,
        "unique": bests.size - 7,
        "best": {"median": middle[-1], "lower_quartile": low[-1], "upper_quartile": high[-1],
                 "low": low[-1], "high": high[-1], "minimum": low[-1], "maximum": high[-1]},
        "final_policy": None,
        "by_evaluations": curve,
        "by_unique": curve,
        "overhead_ms": 0.25,
        "evaluation_ms": 1.0,
        "hits": 7,
    }  # fmt: skip


def _summary(study, entries, table):
    groups = {}
    for entry in entries:
        groups.setdefault(entry["group"], []).append(entry)
    best = table.loc[table["reward"].idxmax()]
    leaders = [max(items, key=lambda item: item["best"]["median"]) for items in groups.values()]
    return {
        "study": study.name,
        "ledger": "made.ledger.sqlite",
        "space": study.space.size,
        "objective": "minimise latency_s",
        "budget": "60 evaluations",
        "seeds": 4,
        "runs": len(entries) * 4,
        "finished": len(entries) * 4,
        "different": 99,
        "methods": entries,
        "comparisons": [
            {"first": leaders[0]["method"], "second": other["method"], "effect": 0.2,
             "p_value": 0.03, "p_adjusted": 0.03}
            for other in leaders[1:]
        ],
        "lotteries": [
            {"group": name, "settings": len(items), "medians": items[0]["best"],
             "best": items[0]["method"], "worst": items[-1]["method"]}
            for name, items in groups.items() if len(items) > 1
        ],
        "best": [
            {"point": {key: best[key] for key in study.space.keys}, "levels": [0, 0, 0],
             "reward": float(best["reward"]), "figures": {"latency_s": 2e-3, "energy_j": 1.5},
             "method": str(best["method"]), "seed": int(best["seed"]), "step": int(best["step"]),
             "event_status": "done", "event_reward": 0.5}
        ],
        "rank_correlation": {"latency_s": 0.9, "reward": None},
        "units": {"latency_s": "s", "energy_j": "J"},
        "new": 1,
        "simulated": 1,
        "seconds": 1.0,
        "complete": True,
    }  # fmt: skip
