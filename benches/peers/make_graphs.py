"""The graphs of the bench `algebra`, in OpenFst's text format: a case's numbers are the same on every run.

    python make_graphs.py FOLDER        # numpy; 50 MB

Weights are energies; state 0 is the start. `a1`: frames by labels, and the graph of a transcript under CTC; `a2`: two random transducers with cycles; `a3`, `a3s`: a
lexicon and bigrams with back-off; `c`: an acyclic graph of a million arcs; `d`: a list of words, each behind an epsilon.
"""

import os
import sys

import numpy as np

if len(sys.argv) != 2:
    sys.exit(__doc__)
OUT = sys.argv[1]
os.makedirs(OUT, exist_ok=True)


def P(name):
    return os.path.join(OUT, name)


def log_softmax(x):
    x = x - x.max(-1, keepdims=True)
    return (x - np.log(np.exp(x).sum(-1, keepdims=True))).astype(np.float32)


def write_fst(name, arcs, finals):
    """arcs: iterable of (src, dst, ilab, olab, cost); finals: (state, cost)."""
    with open(P(name), "w") as f:
        f.writelines(f"{s}\t{d}\t{i}\t{o}\t{w:.9g}\n" for s, d, i, o, w in arcs)
        f.writelines(f"{s}\t{w:.9g}\n" for s, w in finals)


def ctc_graph(target, blank=0):
    """Classic CTC label graph (acceptor), label = class+1, cost 0."""
    S = 2 * len(target) + 1
    lab = lambda s: (blank if s % 2 == 0 else int(target[s // 2])) + 1
    arcs = []
    # node 0 is the super start state, node s+1 is CTC state s; this keeps a single start state
    for s in range(min(2, S)):
        arcs.append((0, s + 1, lab(s), lab(s), 0.0))
    for s in range(S):
        arcs.append((s + 1, s + 1, lab(s), lab(s), 0.0))
        if s + 1 < S:
            arcs.append((s + 1, s + 2, lab(s + 1), lab(s + 1), 0.0))
        if s + 2 < S and s % 2 == 1 and lab(s) != lab(s + 2):
            arcs.append((s + 1, s + 3, lab(s + 2), lab(s + 2), 0.0))
    return arcs, [(S, 0.0), (S - 1, 0.0)]


# ---- a(i) / b : emissions x CTC graph --------------------------------------
def case_a1():
    r = np.random.default_rng(101)
    T, C, L = 1000, 100, 100
    em = log_softmax(r.standard_normal((T, C)).astype(np.float32) * 2)
    tgt = r.integers(1, C, L)
    write_fst("a1_emit.txt", ((t, t + 1, c + 1, c + 1, -em[t, c]) for t in range(T) for c in range(C)), [(T, 0.0)])
    write_fst("a1_ctc.txt", *ctc_graph(tgt))


# ---- a(ii) : random cyclic transducers --------------------------------------
def case_a2():
    # Labels are Zipf(0.7).  With uniform labels the composition has mean out-degree
    # 10*10/100 = 1 (critical), and the accessible part is degenerate.
    r = np.random.default_rng(102)
    p = np.arange(1, 101) ** -0.7
    p /= p.sum()

    def rnd(name, n, m, pin, pout):
        src = np.repeat(np.arange(n), m // n)
        dst = r.integers(0, n, m)
        il = r.choice(100, m, p=pin) + 1
        ol = r.choice(100, m, p=pout) + 1
        il[: m // n] = ol[: m // n] = np.arange(1, m // n + 1)  # make the start pair certain to match
        w = r.uniform(0, 5, m).astype(np.float32)
        fin = [(int(s), float(np.float32(x))) for s, x in zip(range(n), r.uniform(0, 5, n)) if r.random() < 0.1 or s == n - 1]
        write_fst(name, zip(src, dst, il, ol, w), fin)

    rnd("a2_left.txt", 2000, 20000, None, p)
    rnd("a2_right.txt", 200, 2000, p, None)


# ---- a(iii) : lexicon o bigram ----------------------------------------------
def lex_bigram(tag, seed, nwords, nctx, nbig):
    r = np.random.default_rng(seed)
    words, seen = [], set()
    while len(words) < nwords:
        w = tuple(int(x) for x in r.integers(1, 27, r.integers(3, 11)))
        if w not in seen:
            seen.add(w)
            words.append(w)
    arcs, nxt = [], 1
    wcost = r.uniform(0, 1, nwords).astype(np.float32)
    for k, w in enumerate(words):  # word id k+1 emitted on the first letter
        s = 0
        for j, l in enumerate(w):
            d = 0 if j == len(w) - 1 else nxt
            if d:
                nxt += 1
            arcs.append((s, d, l, k + 1 if j == 0 else 0, float(wcost[k]) if j == 0 else 0.0))
            s = d
    write_fst(f"{tag}_lex.txt", arcs, [(0, 0.0)])
    # state 0 = unigram/back-off, state 1+c = context word c (c < nctx)
    uni = -np.log(r.dirichlet(np.ones(nwords)) + 1e-12).astype(np.float32)
    dest = lambda k: 1 + k if k < nctx else 0
    arcs = [(0, dest(k), k + 1, k + 1, float(uni[k])) for k in range(nwords)]
    fins = [(0, 3.0)]
    for c in range(nctx):
        ks = np.sort(r.choice(nwords, nbig, replace=False))
        ws = r.uniform(0.5, 6, nbig).astype(np.float32)
        arcs.append((1 + c, 0, 0, 0, float(np.float32(r.uniform(0.5, 2)))))  # back-off epsilon
        arcs += [(1 + c, dest(int(k)), int(k) + 1, int(k) + 1, float(w)) for k, w in zip(ks, ws)]
        fins.append((1 + c, float(np.float32(r.uniform(1, 4)))))
    write_fst(f"{tag}_bigram.txt", arcs, fins)


# ---- c : 1M-arc DAG ------------------------------------------------------------
def case_c():
    r = np.random.default_rng(104)
    n, k, span = 100_000, 10, 200
    src = np.repeat(np.arange(n - 1), k)
    dst = np.minimum(src + r.integers(1, span + 1, src.size), n - 1)
    lab = r.integers(1, 1001, src.size)
    w = r.uniform(0, 10, src.size).astype(np.float32)
    write_fst("c_dag.txt", zip(src, dst, lab, lab, w), [(n - 1, 0.0)])


# ---- d : word list ----------------------------------------------------------------
def case_d():
    r = np.random.default_rng(105)
    cons, vow, end = "bcdfgklmnprstv", "aeiou", ["", "n", "s", "ed", "ing", "er", "ly", "tion"]
    syl = [c + v for c in cons for v in vow] + [c + v + e for c in cons for v in "aei" for e in "nrs"]
    p = 1 / np.arange(1, len(syl) + 1) ** 0.8
    p /= p.sum()
    perm = r.permutation(len(syl))
    words = set()
    while len(words) < 50_000:
        ks = r.choice(len(syl), r.integers(2, 5), p=p)
        words.add("".join(syl[perm[k]] for k in ks) + end[r.integers(0, len(end))])
    words = sorted(words)
    order = r.permutation(len(words))
    words = [words[i] for i in order]
    arcs, fins, nxt = [], [], 1
    for w in words:  # start -eps-> private linear chain
        arcs.append((0, nxt, 0, 0, 0.0))
        s = nxt
        nxt += 1
        for ch in w:
            arcs.append((s, nxt, ord(ch) - 96, ord(ch) - 96, 0.0))
            s = nxt
            nxt += 1
        fins.append((s, 0.0))
    write_fst("d_words_eps.txt", arcs, fins)


if __name__ == "__main__":
    case_a1()
    case_a2()
    lex_bigram("a3", 103, 20_000, 5_000, 20)
    lex_bigram("a3s", 113, 2_000, 500, 20)
    case_c()
    case_d()
