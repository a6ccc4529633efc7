"""The tables of one run, as Markdown: medians over the rounds."""
import collections
import statistics


def _grouped(results):
    groups = collections.OrderedDict()
    for result in results:
        groups.setdefault((result["suite"], result["step"], result["rows"]), collections.OrderedDict()) \
            .setdefault(result["peer"], []).append(result)
    return groups


def _median(runs, name):
    return statistics.median(run[name] for run in runs)


def markdown(results):
    text = []
    for (suite, step, rows), peers in _grouped(results).items():
        text.append(f"\n### {suite}, {step}, {rows:,} rows\n")
        own = peers.get("tributary")
        if suite == "Stages":
            text.append("| | MB/s of CPU | × Tributary |\n|---|--:|--:|")
            speed = {peer: _median(runs, "bytes") / 1e6 / max(_median(runs, "cpu"), 1e-9) for peer, runs in peers.items()}
            for peer, value in speed.items():
                ratio = f"{value / speed['tributary']:.2f}" if "tributary" in speed else "–"
                text.append(f"| {peer} | {value:,.0f} | {ratio} |")
            continue
        text.append("| | rows/s | CPU s | CPU s per 1 M rows | × Tributary | peak MB | on disk MB | right |")
        text.append("|---|--:|--:|--:|--:|--:|--:|---|")
        for peer, runs in peers.items():
            cpu = _median(runs, "cpu")
            ratio = f"{cpu / _median(own, 'cpu'):.1f}" if own else "–"
            text.append(
                f"| {peer} | {rows / _median(runs, 'wall'):,.0f} | {cpu:.2f} | {cpu / rows * 1e6:.1f} | {ratio} | "
                f"{_median(runs, 'peak') / 1e6:.0f} | {_median(runs, 'size') / 1e6:.1f} | "
                f"{'yes' if all(run['ok'] for run in runs) else 'NO'} |")
    return "\n".join(text) + "\n"
