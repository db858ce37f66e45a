"""What a user would write instead of `probe compare`: the same questions with pandas and scipy.

Usage: pandas_compare.py A.csv B.csv   (Debian: python3-pandas, python3-scipy)
"""

import sys

import pandas as pd
from scipy import stats

QUESTIONS = ["offset_ns", "ttwu_to_tkread_ns"]
KEYS = ["signature", "migrated", "path", "ttwu_stack"]


def main(path_a: str, path_b: str) -> None:
    a = pd.read_csv(path_a, comment="#")
    b = pd.read_csv(path_b, comment="#")
    a = a[a["status"] == "complete"]
    b = b[b["status"] == "complete"]

    for question in QUESTIONS:
        x, y = a[question].dropna(), b[question].dropna()
        print(question, len(x), len(y), x.median(), y.median())
        print("  Mann-Whitney", stats.mannwhitneyu(x, y))
        print("  Brown-Forsythe", stats.levene(x, y, center="median"))
        print("  Fligner-Killeen", stats.fligner(x, y))
        print("  Kolmogorov-Smirnov", stats.ks_2samp(x, y))

    both = pd.concat([a.assign(side="A"), b.assign(side="B")])
    for key in KEYS:
        print(both.groupby([key, "side"])["ttwu_to_tkread_ns"].agg(["size", "median"]))
        groups = [group.dropna() for _, group in both.groupby(key)["ttwu_to_tkread_ns"]]
        groups = [group for group in groups if len(group) >= 2]
        if len(groups) >= 2:
            print("  Brown-Forsythe", stats.levene(*groups, center="median"))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
