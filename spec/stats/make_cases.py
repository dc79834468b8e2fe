"""Writes the case files beside it: inputs, and answers worked out from definitions.

Everything is computed with 40 digits by mpmath, by the slowest and plainest way that is right:
tails as integrals, intervals as roots of a likelihood that is maximised by brute force, exact tests
as sums over all tables, chances as integrals over the plane. The library takes other ways, so an
agreement to twelve digits says something. Run: python3 make_cases.py
"""
import itertools, math, os, random
from mpmath import mp, mpf, sqrt, log, exp, quad, findroot, binomial, loggamma, inf

mp.dps = 40
HERE = os.path.dirname(os.path.abspath(__file__))
M = mpf
rng = random.Random(20240614)


def show(v):
    if v is None:
        return "NA"
    if isinstance(v, (str, int)):
        return str(v)
    if isinstance(v, (list, tuple)):
        return ";".join(show(x) for x in v)
    if v == inf or v == -inf:
        return "Inf" if v > 0 else "-Inf"
    return mp.nstr(M(v), 20) if isinstance(v, mpf) else repr(v)


def write(name, header, rows):
    with open(os.path.join(HERE, name + ".csv"), "w") as f:
        f.write(header.replace(" ", ",") + "\n")
        for row in rows:
            assert len(row) == len(header.split(" ")), (name, len(row), len(header.split(" ")))
            f.write(",".join(show(v) for v in row) + "\n")


# ---------------------------------------------------------------- distributions, by definition
def sf(z):
    return mp.erfc(M(z) / sqrt(2)) / 2


def zq(p):
    """the z whose upper tail is p"""
    return findroot(lambda x: log(sf(x)) - log(M(p)), -mp.erfinv(2 * M(p) - 1) * sqrt(2) if M(p) > mpf("1e-30") else sqrt(-2 * log(M(p))))


def t_sf(t, df):
    """upper tail of Student's t: the density integrated"""
    t, df = M(t), M(df)
    c = exp(loggamma((df + 1) / 2) - loggamma(df / 2)) / sqrt(df * mp.pi)
    if t < 0:
        return 1 - t_sf(-t, df)
    # u = 1/(1+x^2/df): the incomplete beta integral, smooth at both ends
    return mp.betainc(df / 2, M(1) / 2, 0, df / (df + t * t), regularized=True) / 2


def tq(p, df):
    start = zq(p) * (1 + 1 / (2 * M(df)))
    lo, hi = M(0), M(2)
    while t_sf(hi, df) > p:
        hi *= 2
    for _ in range(60):
        mid = (lo + hi) / 2
        lo, hi = (mid, hi) if t_sf(mid, df) > p else (lo, mid)
    return findroot(lambda x: t_sf(x, df) / M(p) - 1, (lo, hi), solver="illinois", tol=1e-35)


def two(t, df):
    return 2 * t_sf(abs(t), df)


# ---------------------------------------------------------------- means
def moments(values):
    values = [M(v) for v in values]
    n = len(values)
    mean = sum(values) / n
    return n, mean, sum((v - mean) ** 2 for v in values) / (n - 1)


def welch(nc, mc, vc, nt, mt, vt, null=0):
    a, b = M(vc) / nc, M(vt) / nt
    se = sqrt(a + b)
    df = (a + b) ** 2 / (a ** 2 / (nc - 1) + b ** 2 / (nt - 1))
    diff = M(mt) - M(mc)
    return diff, se, df, (diff - M(null)) / se


def means():
    inputs = [(12, 3.1, 2.2, 17, 4.05, 3.9), (2, -1.5, 0.3, 900, -1.4, 0.8), (40000, 1e6, 25.0, 41000, 1e6 + 0.05, 26.5), (300, 0.0021, 1e-7, 310, 0.0020, 2e-7)]
    rows = []
    for x, (null, alpha) in zip(inputs, [(0, 0.05), (0.2, 0.1), (0, 0.01), (0, 0.05)]):
        d, se, df, t = welch(*x, null)
        k, k1 = tq(M(alpha) / 2, df), tq(M(alpha), df)
        rows.append(x + (null, alpha, "ok", d, se, df, t, two(t, df), 1 - t_sf(t, df), t_sf(t, df), d - k * se, d + k * se, d - k1 * se, d + k1 * se))
    rows.append((1, 2.0, 0.0, 9, 2.0, 1.0, 0, 0.05, "insufficient_n") + (None,) * 4 + (1, 1, 1) + (None,) * 4)
    write("welch", "n_c mean_c var_c n_t mean_t var_t null_diff alpha status diff se df t p_two_sided p_less p_greater ci_low ci_high bound_low_1sided bound_high_1sided", rows)

    rows = []
    for c, t in [([1.5, 2.25, 9, -3], [2, 4, 8.5, 1, 0.5]), ([1e9 + i for i in (1, 5, 2, 8)], [1e9 + i for i in (3, 9, 9, 7)])]:
        mc, mt = moments(c), moments(t)
        d, se, df, s = welch(*mc, *mt)
        k = tq(M(0.05) / 2, df)
        rows.append((0.05, c, t) + mc + mt + (d, se, df, s, two(s, df), d - k * se, d + k * se))
    write("welch_raw", "alpha values_c values_t n_c mean_c var_c n_t mean_t var_t diff se df t p_two_sided ci_low ci_high", rows)

    rows = []
    for x, alpha in [((50, 2.0, 3.0, 60, 2.4, 4.0), 0.05), ((80, -4.0, 9.0, 70, -3.0, 8.0), 0.05), ((20, 0.5, 9.0, 25, 2.0, 9.0), 0.1)]:
        nc, mc, vc, nt, mt, vt = x
        d, se, df, t = welch(*x)
        k, a, b = tq(M(alpha) / 2, df), M(vc) / nc, M(vt) / nt
        lift = d / abs(M(mc))
        sl = sqrt(b / M(mc) ** 2 + a * M(mt) ** 2 / M(mc) ** 4)
        A, B, C = M(mc) ** 2 - k ** 2 * a, -2 * M(mt) * M(mc), M(mt) ** 2 - k ** 2 * b
        disc = B * B - 4 * A * C
        kind = "bounded" if A > 0 else "exclusive" if disc >= 0 else "whole"
        lo, hi = sorted([(-B - sqrt(disc)) / (2 * A), (-B + sqrt(disc)) / (2 * A)]) if disc >= 0 else (-inf, inf)
        lo, hi = (lo - 1, hi - 1) if mc > 0 else (1 - hi, 1 - lo)
        ll = lh = None
        if mc > 0 and mt > 0:
            s = sqrt(b / M(mt) ** 2 + a / M(mc) ** 2)
            ll, lh = exp(log(M(mt) / M(mc)) - k * s) - 1, exp(log(M(mt) / M(mc)) + k * s) - 1
        status = ("ok" if kind == "bounded" else "unbounded_ci") + ("|negative_baseline" if mc < 0 else "")
        rows.append(x + (alpha, status, df, k, two(t, df), lift, sl, lift - k * sl, lift + k * sl, two(lift / sl, df), kind, lo, hi, ll, lh))
    write("lift_ci", "n_c mean_c var_c n_t mean_t var_t alpha status df crit p_abs lift se_delta delta_low delta_high p_delta fieller_kind fieller_low fieller_high log_low log_high", rows)

    rows = []
    for x, kind, m, way, alpha in [((100, 5.0, 4.0, 110, 4.9, 4.4), "absolute", 0.5, "increase", 0.05), ((100, 5.0, 4.0, 110, 5.2, 4.4), "relative", 0.1, "decrease", 0.025)]:
        nc, mc, vc, nt, mt, vt = x
        up = 1 if way == "increase" else -1
        w = 1 - up * M(m) if kind == "relative" else M(1)
        e = M(mt) - w * M(mc) + (up * M(m) if kind == "absolute" else 0)
        a, b = w * w * M(vc) / nc, M(vt) / nt
        df = (a + b) ** 2 / (a ** 2 / (nc - 1) + b ** 2 / (nt - 1))
        t, k = e / sqrt(a + b), tq(M(alpha), df)
        p = t_sf(up * t, df)
        base = e if kind == "relative" else M(mt) - M(mc)
        rows.append(x + (kind, m, way, alpha, t, df, p, base - up * k * sqrt(a + b), int(p < alpha)))
    write("noninferiority", "n_c mean_c var_c n_t mean_t var_t margin_type margin direction alpha t df p bound pass", rows)


def sums():
    def draw(n, ratio):
        ys, xs = [], []
        for _ in range(n):
            x = rng.randint(1, 9)
            ys.append(round(0.4 * x + rng.gauss(0, 1), 2))
            xs.append(x)
        six = [n, sum(map(M, ys)), sum(xs), sum(M(y) ** 2 for y in ys), sum(x * x for x in xs), sum(M(y) * x for y, x in zip(ys, xs))]
        return ys, xs, [six[0]] + [float(v) for v in six[1:]]
    rows, adjusted = [], []
    for n in (12, 35):
        (_, _, c), (_, _, t) = draw(n, 1), draw(n + 9, 1)
        parts = []
        for a in (c, t):
            m, sy, sx, syy, sxx, sxy = map(M, a)
            parts.append((m, sy / m, sx / m, syy - sy * sy / m, sxx - sx * sx / m, sxy - sx * sy / m))
        R = [p[1] / p[2] for p in parts]
        V = [(p[3] - 2 * r * p[5] + r * r * p[4]) / (p[0] - 1) / p[2] ** 2 / p[0] for p, r in zip(parts, R)]
        d, se = R[1] - R[0], sqrt(V[0] + V[1])
        df = (V[0] + V[1]) ** 2 / (V[0] ** 2 / (parts[0][0] - 1) + V[1] ** 2 / (parts[1][0] - 1))
        k = tq(M("0.025"), df)
        # alpha is the double 0.05
        k = tq(M(0.05) / 2, df)
        t_ = d / se
        sl = sqrt(V[1] / R[0] ** 2 + V[0] * R[1] ** 2 / R[0] ** 4)
        A, B, C = R[0] ** 2 - k * k * V[0], -2 * R[0] * R[1], R[1] ** 2 - k * k * V[1]
        root = sqrt(B * B - 4 * A * C)
        lo, hi = (-B - root) / (2 * A) - 1, (-B + root) / (2 * A) - 1
        rows.append(tuple(c) + tuple(t) + (0.05, "ok", R[0], sqrt(V[0]), R[1], sqrt(V[1]), d, se, df, t_, two(t_, df), 2 * sf(abs(t_)), d - k * se, d + k * se, d / R[0], sl, d / R[0] - k * sl, d / R[0] + k * sl, "bounded", lo, hi))
        # Lin: least squares of y on x in each arm, moved to the common mean of x
        n_all = parts[0][0] + parts[1][0]
        X = (parts[0][0] * parts[0][2] + parts[1][0] * parts[1][2]) / n_all
        jx = sum(p[4] + p[0] * (p[2] - X) ** 2 for p in parts) / (n_all - 1) / n_all
        th = [p[5] / p[4] for p in parts]
        m = [p[1] - b * (p[2] - X) for p, b in zip(parts, th)]
        e = [(p[3] - b * p[5]) / (p[0] - 2) / p[0] for p, b in zip(parts, th)]
        dl, sl = m[1] - m[0], sqrt(e[0] + e[1] + (th[1] - th[0]) ** 2 * jx)
        raw = sqrt(sum(p[3] / (p[0] - 1) / p[0] for p in parts))
        z = zq(M(0.05) / 2)
        adjusted.append(tuple(c) + tuple(t) + (0.05, "ok", parts[1][1] - parts[0][1], raw, th[0], th[1], m[0], m[1], dl, sl, dl / sl, 2 * sf(abs(dl / sl)), dl - z * sl, dl + z * sl, 1 - sl ** 2 / raw ** 2))
    six = "n_{0} sy_{0} sx_{0} syy_{0} sxx_{0} sxy_{0}"
    write("ratio", six.format("c") + " " + six.format("t") + " alpha status ratio_c se_c ratio_t se_t diff se_diff df t p_t p_z ci_low ci_high lift se_lift_delta lift_delta_low lift_delta_high fieller_kind lift_fieller_low lift_fieller_high", rows)
    write("cuped", six.format("c") + " " + six.format("t") + " alpha status diff_raw se_raw theta_c theta_t adj_mean_c adj_mean_t diff_lin se_lin z_lin p_lin ci_low_lin ci_high_lin variance_reduction_lin", adjusted)


# ---------------------------------------------------------------- rates
def argmax_rate(f, lo, hi):
    """golden section on a concave function"""
    g = (sqrt(M(5)) - 1) / 2
    a, b = hi - g * (hi - lo), lo + g * (hi - lo)
    fa, fb = f(a), f(b)
    for _ in range(190):
        if fa > fb:
            hi, b, fb = b, a, fa
            a = hi - g * (hi - lo)
            fa = f(a)
        else:
            lo, a, fa = a, b, fb
            b = lo + g * (hi - lo)
            fb = f(b)
    return (lo + hi) / 2


def xlogy(x, y):
    return M(0) if x == 0 else x * log(y) if y > 0 else -inf


def loglik(x, n, p):
    return xlogy(x, p) + xlogy(n - x, 1 - p)


def bisect(f, a, b, steps=110):
    fa = f(a)
    for _ in range(steps):
        m = (a + b) / 2
        if (f(m) > 0) == (fa > 0):
            a = m
        else:
            b = m
    return (a + b) / 2


def score_diff(xc, nc, xt, nt, z, factor=1):
    with mp.workdps(60):
        d = M(xt) / nt - M(xc) / nc

        def stat(delta):
            p = argmax_rate(lambda p: loglik(xc, nc, p) + loglik(xt, nt, p + delta), max(M(0), -delta), min(M(1), 1 - delta))
            v = (p * (1 - p) / nc + (p + delta) * (1 - p - delta) / nt) * factor
            return (d - delta) / sqrt(v) if v > 0 else inf * mp.sign(d - delta)
        return bisect(lambda u: stat(u) - z, M(-1) + M(10) ** -20, d - M(10) ** -20, 60), bisect(lambda u: stat(u) + z, d + M(10) ** -20, M(1) - M(10) ** -20, 60)


def score_ratio(xc, nc, xt, nt, z):
    with mp.workdps(60):
        def stat(logphi):
            phi = exp(logphi)
            p = argmax_rate(lambda p: loglik(xc, nc, p) + loglik(xt, nt, p * phi), M(0), min(M(1), 1 / phi))
            v = phi * p * (1 - phi * p) / nt + phi * phi * p * (1 - p) / nc
            return (M(xt) / nt - phi * M(xc) / nc) / sqrt(v)
        c = log(M(xt) * nc / (M(nt) * xc))
        return exp(bisect(lambda u: stat(u) - z, c - 6, c, 60)), exp(bisect(lambda u: stat(u) + z, c, c + 6, 60))


def wilson(x, n, z):
    p = M(x) / n
    mid, half, den = p + z * z / (2 * n), z * sqrt(p * (1 - p) / n + z * z / (4 * M(n) ** 2)), 1 + z * z / n
    return (mid - half) / den if x else M(0), (mid + half) / den if x < n else M(1)


def rates():
    rows = []
    for xc, nc, xt, nt, alpha in [(7, 34, 1, 34, 0.05), (120, 2400, 151, 2390, 0.05), (3, 900, 6, 100, 0.1)]:
        z = zq(M(alpha) / 2)
        pc, pt = M(xc) / nc, M(xt) / nt
        d, pb = pt - pc, M(xc + xt) / (nc + nt)
        s0, s1 = sqrt(pb * (1 - pb) * (M(1) / nc + M(1) / nt)), sqrt(pc * (1 - pc) / nc + pt * (1 - pt) / nt)
        wc, wt = wilson(xc, nc, z), wilson(xt, nt, z)
        nl, nh = d - sqrt((pt - wt[0]) ** 2 + (wc[1] - pc) ** 2), d + sqrt((wt[1] - pt) ** 2 + (pc - wc[0]) ** 2)
        mee, mn, rr = score_diff(xc, nc, xt, nt, z), score_diff(xc, nc, xt, nt, z, M(nc + nt) / (nc + nt - 1)), score_ratio(xc, nc, xt, nt, z)
        rows.append((xc, nc, xt, nt, alpha, "ok", pc, pt, d, d / s0, 2 * sf(abs(d / s0)), d / s1, 2 * sf(abs(d / s1)), d - z * s1, d + z * s1, nl, nh) + mee + mn + (pt / pc,) + rr + wc + wt)
    write("proportions", "x_c n_c x_t n_t alpha status p_c p_t diff z_pooled p_pooled z_unpooled p_unpooled wald_low wald_high newcombe_low newcombe_high mee_low mee_high mn_low mn_high rr koopman_low koopman_high wilson_c_low wilson_c_high wilson_t_low wilson_t_high", rows)

    rows = []
    for x, n, alpha in [(0, 11, 0.05), (3, 40, 0.05), (39, 40, 0.1), (7, 300, 0.01)]:
        def tail(a, b, p, upper):
            f = lambda q: mp.betainc(a, b, q if upper else 0, 1 if upper else q, regularized=True) - p
            return bisect(f, M(0), M(1), 120)
        z, half = zq(M(alpha) / 2), M(alpha) / 2
        rows.append((x, n, alpha, M(x) / n) + wilson(x, n, z) + (
            M(0) if x == 0 else tail(x, n - x + 1, half, False), M(1) if x == n else tail(x + 1, n - x, half, True),
            M(0) if x == 0 else tail(x + M("0.5"), n - x + M("0.5"), half, False), M(1) if x == n else tail(x + M("0.5"), n - x + M("0.5"), half, True)))
    write("binom_ci", "x n alpha p_hat wilson_low wilson_high cp_low cp_high jeffreys_low jeffreys_high", rows)

    rows = []
    for xt, nt, xc, nc in [(1, 9, 7, 10), (0, 20, 5, 18), (30, 200, 12, 160)]:
        k = xt + xc
        w = {x: math.comb(nt, x) * math.comb(nc, k - x) for x in range(max(0, k - nc), min(k, nt) + 1)}
        total, seen = sum(w.values()), w[xt]
        extreme = sum(v for v in w.values() if v * 10 ** 7 <= seen * (10 ** 7 + 1))
        rows.append((xt, nt, xc, nc, M(extreme) / total, M(sum(v for x, v in w.items() if x <= xt)) / total, M(sum(v for x, v in w.items() if x >= xt)) / total, (M(extreme) - M(sum(v for v in w.values() if v == seen)) / 2) / total))
    write("fisher", "x_t n_t x_c n_c p_two_sided p_less p_greater p_mid", rows)

    rows = []
    for xt, nt, xc, nc in [(1, 6, 5, 7), (0, 8, 3, 6)]:
        def fisher_p(x, y):
            k = x + y
            w = {i: math.comb(nt, i) * math.comb(nc, k - i) for i in range(max(0, k - nc), min(k, nt) + 1)}
            return M(sum(v for v in w.values() if v * 10 ** 7 <= w[x] * (10 ** 7 + 1))) / sum(w.values())

        def z_of(x, y):
            p = M(x + y) / (nt + nc)
            s = sqrt(p * (1 - p) * (M(1) / nt + M(1) / nc))
            return abs(M(x) / nt - M(y) / nc) / s if s else M(0)
        answers = []
        for order, sign in ((z_of, 1), (fisher_p, -1)):
            seen = order(xt, xc)
            region = [(x, y) for x in range(nt + 1) for y in range(nc + 1) if sign * order(x, y) >= sign * seen - M(10) ** -12]
            chance = lambda p: sum(math.comb(nt, x) * math.comb(nc, y) * M(p) ** (x + y) * (1 - M(p)) ** (nt + nc - x - y) for x, y in region)
            grid = [M(i) / 500 for i in range(501)]
            best = max(range(501), key=lambda i: chance(grid[i]))
            answers.append(chance(argmax_rate(chance, grid[max(0, best - 1)], grid[min(500, best + 1)])))
        rows.append((xt, nt, xc, nc) + tuple(answers))
    write("exact_uncond", "x_t n_t x_c n_c p_barnard p_boschloo", rows)

    rows = []
    for xc, nc, xt, nt, a0, b0, alpha in [(3, 20, 6, 22, 1, 1, 0.05), (12, 300, 20, 280, 0.5, 0.5, 0.1)]:
        ac, bc, at, bt = xc + M(a0), nc - xc + M(b0), xt + M(a0), nt - xt + M(b0)
        with mp.workdps(25):
            pdf = lambda p, a, b: exp((a - 1) * log(p) + (b - 1) * log(1 - p) - mp.log(mp.beta(a, b)))
            cuts = [0, 0.02, 0.05, 0.1, 0.2, 0.35, 0.6, 1]
            above = lambda a, b, c, d: quad(lambda p: pdf(p, a, b) * mp.betainc(c, d, 0, p, regularized=True), cuts)
            win = above(at, bt, ac, bc)
            loss_t = ac / (ac + bc) * above(ac + 1, bc, at, bt) - at / (at + bt) * above(ac, bc, at + 1, bt)
            loss_c = at / (at + bt) * above(at + 1, bt, ac, bc) - ac / (ac + bc) * above(at, bt, ac + 1, bc)
        rows.append((xc, nc, xt, nt, a0, b0, alpha, ac / (ac + bc), at / (at + bt), win, loss_c, loss_t))
    write("bayes_beta", "x_c n_c x_t n_t prior_a prior_b alpha post_mean_c post_mean_t prob_t_beats_c expected_loss_control expected_loss_treatment", rows)


def bayes():
    rows = []
    for e, s, proper, m0, s0, alpha, inverse in [(0.02, 0.01, 1, 0, 0.3, 0.05, 0), (-0.01, 0.02, 1, 0.05, 0.1, 0.1, 1), (0.5, 0.1, 0, 0, 1, 0.05, 0)]:
        if proper:
            w0, w = 1 / M(s0) ** 2, 1 / M(s) ** 2
            mean, sd = (w0 * M(m0) + w * M(e)) / (w0 + w), 1 / sqrt(w0 + w)
        else:
            mean, sd = M(e), M(s)
        density = lambda x: exp(-((x - mean) / sd) ** 2 / 2) / (sd * sqrt(2 * mp.pi))
        gain = quad(lambda x: x * density(x), [0] + [v for v in (mean + k * sd for k in range(-12, 13, 3)) if v > 0] + [max(mean, M(0)) + 30 * sd])
        loss = quad(lambda x: -x * density(x), [min(mean, M(0)) - 30 * sd] + [v for v in (mean + k * sd for k in range(-12, 13, 3)) if v < 0] + [0])
        z = zq(M(alpha) / 2)
        rows.append((e, s, proper, m0, s0, alpha, inverse, "ok", mean, sd, sf(-mean / sd) if not inverse else sf(mean / sd), mean - z * sd, mean + z * sd) + ((gain, loss) if not inverse else (loss, gain)))
    write("bayes_normal", "effect se prior_proper prior_mean prior_sd alpha inverse status post_mean post_sd chance_to_win ci_low ci_high expected_loss_control expected_loss_treatment", rows)

    rows = []
    for a, b, inverse, floor in [([0.1, 0.3], [0.1, 0.2], 0, 0.05), ([1.0, 1.1, 0.7], [0.2, 0.1, 0.3], 1, 0.01)]:
        with mp.workdps(20):
            sign = -1 if inverse else 1
            best = []
            for i in range(len(a)):
                f = lambda x: exp(-((x - sign * M(a[i])) / b[i]) ** 2 / 2) / (b[i] * sqrt(2 * mp.pi)) * mp.fprod(sf(-(x - sign * M(a[j])) / b[j]) for j in range(len(a)) if j != i)
                best.append(quad(f, [sign * M(a[i]) + k * M(b[i]) for k in range(-12, 13, 2)]))
        rows.append(("normal", a, b, inverse, floor, best, [M(floor) + (1 - len(a) * M(floor)) * p / sum(best) for p in best]))
    write("bandit", "model a b inverse floor prob_best thompson_weights_with_floor", rows)


def looks():
    rows, one = [], []
    for d, se, n, star, alpha in [(0.3, 0.1, 4000, 10000, 0.05), (-1.2, 0.2, 900, 5000, 0.01), (0.001, 0.01, 100000, 2000, 0.1)]:
        rho2 = lambda a: (-2 * log(a) + log(1 - 2 * log(a))) / star
        u, z = n * rho2(M(alpha)), M(d) / M(se)
        half = M(se) * sqrt((u + 1) / u * log((u + 1) / M(alpha) ** 2))
        # the e-value is the likelihood ratio averaged over a normal prior of the effect, by quadrature
        e = quad(lambda h: exp(-h * h / (2 * u)) / sqrt(2 * mp.pi * u) * exp(z * h - h * h / 2), [z * u / (1 + u) + k for k in range(-24, 25, 4)])
        u1 = n * rho2(2 * M(alpha))
        half1 = M(se) * sqrt(2 * (u1 + 1) / u1 * log(1 + sqrt(u1 + 1) / (2 * M(alpha))))
        p1 = min(M(1), sqrt(u1 + 1) / (2 * (exp(z * z * u1 / (2 * (u1 + 1))) - 1))) if d > 0 else M(1)
        rows.append((d, se, n, star, alpha, sqrt(rho2(M(alpha))), half, M(d) - half, M(d) + half, log(e), min(M(1), 1 / e), sqrt(rho2(2 * M(alpha))), half1, M(d) - half1, p1))
    write("seq_asympcs", "diff se n_total n_star alpha rho halfwidth cs_low cs_high log_e p_always_valid rho_1sided halfwidth_1sided bound_low_1sided p_1sided_greater", rows)

    rows = []
    for d, v, tau, alpha in [(0.3, 0.01, 0.02, 0.05), (2.0, 4.0, 0.5, 0.1)]:
        e = quad(lambda h: exp(-h * h / (2 * M(tau))) / sqrt(2 * mp.pi * M(tau)) * exp((M(d) * h - h * h / 2) / M(v)), [k * sqrt(M(tau)) for k in range(-24, 25, 2)])
        half = sqrt(M(v) * (M(v) + M(tau)) / M(tau) * (2 * log(1 / M(alpha)) + log((M(tau) + M(v)) / M(v))))
        rows.append((d, v, tau, alpha, log(e), min(M(1), 1 / e), half, M(d) - half, M(d) + half))
    write("seq_msprt", "diff var_diff tau alpha log_lambda p_always_valid halfwidth cs_low cs_high", rows)

    rows = []
    for looks_, alpha in [(1, 0.05), (2, 0.05), (2, 0.1)]:
        z = zq(M(alpha) / 2)
        if looks_ == 1:
            p = M(alpha)
        else:  # the plane: first look inside, second outside
            with mp.workdps(20):
                inside = quad(lambda x: exp(-x * x / 2) / sqrt(2 * mp.pi) * (1 - sf((sqrt(2) * z - x)) - sf(sqrt(2) * z + x)), [-z, 0, z])
            p = 1 - inside
        rows.append((alpha, looks_, p))
    write("seq_peeking_inflation", "alpha looks type1_with_peeking", rows)

    rows = []
    for design, (kind, param, alpha, t) in enumerate([("pocock", None, 0.05, [0.5, 1.0]), ("obf", None, 0.05, [0.5, 1.0]), ("power", 2, 0.1, [0.4, 1.0])], 1):
        a = M(alpha) / 2
        spend = {"pocock": lambda x: a * log(1 + (mp.e - 1) * x), "obf": lambda x: 2 * sf(zq(a / 2) / sqrt(x)), "power": lambda x: a * x ** 2}[kind]
        s1, s2 = spend(M(t[0])), spend(M(t[1]))
        z1, r = zq(s1), M(t[0])
        with mp.workdps(20):
            cross = lambda z: quad(lambda x: exp(-x * x / 2) / sqrt(2 * mp.pi) * sf((z - sqrt(r) * x) / sqrt(1 - r)), [-z1, 0, z1]) - (s2 - s1)
            z2 = findroot(cross, z1 * sqrt(r) if z1 > 2.5 else M(2.1))
        for j, (z, s) in enumerate(((z1, s1), (z2, s2)), 1):
            rows.append((design, kind, param, alpha, 2, 2, j, t[j - 1], z, 2 * s, 2 * sf(z)))
    write("seq_group_bounds", "design kind param alpha sided k_max look info_frac z_bound cum_alpha_spent nominal_alpha", rows)

    rows = []
    for d, vc, vt, w, n, star, alpha in [(0.1, 1.0, 1.2, 0.5, 8000, 10000, 0.05), (0.02, 0.09, 0.09, 0.2, 20000, 5000, 0.01)]:
        u = n * (-2 * log(M(alpha)) + log(1 - 2 * log(M(alpha)))) / star
        k, se = sqrt((u + 1) / u * (log(1 + u) - 2 * log(M(alpha)))), sqrt(M(vc) / (n * (1 - M(w))) + M(vt) / (n * M(w)))
        rows.append((d, vc, vt, w, n, star, alpha, sf(k - M(d) / se) + sf(k + M(d) / se)))
    write("seq_power", "mde_abs var_c var_t alloc_t n_total n_star alpha power_at_n", rows)

    rows = []
    for counts, weights in [([512, 488], [0.5, 0.5]), ([100, 240, 310], [1, 2, 3]), ([0, 0], [1, 1]), ([40, 44, 3], [1, 1, 0])]:
        use = [(c, M(w)) for c, w in zip(counts, weights) if w]
        n, total = sum(c for c, _ in use), sum(w for _, w in use)
        status = ("ok" if n else "no_data") + ("|units_in_zero_weight_arm" if any(c and not w for c, w in zip(counts, weights)) else "")
        chi = sum((c - w / total * n) ** 2 / (w / total * n) for c, w in use) if n else None
        df = len(use) - 1 if n else None
        p = mp.gammainc(M(df) / 2, chi / 2, inf, regularized=True) if n else 1
        rows.append((counts, weights, status, n, chi, df, p, int(p < 0.001), min(w / total * n for _, w in use)))
    write("srm", "counts weights status n chisq df p_value srm_at_0.001 min_expected", rows)

    rows, least = [], M(1)
    for look, counts in enumerate([(60, 40), (130, 70), (420, 280)], 1):
        kappa, theta = 100, [M(0.5), M(0.5)]
        e = loggamma(kappa) - loggamma(kappa + sum(counts)) + sum(loggamma(kappa * q + c) - loggamma(kappa * q) - c * log(q) for c, q in zip(counts, theta))
        p = min(M(1), exp(-e))
        least = min(least, p)
        rows.append((1, look, [0.5, 0.5], kappa, list(counts), e, p, least))
    write("srm_sequential", "path look weights kappa cum_counts log_e p_at_look p_running_min", rows)


def plans():
    rows = [(m, mean, se, alpha, sided, sf(zq(M(alpha) / sided) - M(m) * abs(M(mean)) / M(se)) + (sf(zq(M(alpha) / 2) + M(m) * abs(M(mean)) / M(se)) if sided == 2 else 0)) for m, mean, se, alpha, sided in [(0.05, 20, 0.4, 0.05, 2), (0.1, -3, 0.2, 0.01, 1), (0.02, 5, 1.0, 0.1, 2)]]
    write("power_at_mde", "mde_rel mean_c se_diff alpha sided power_at_mde", rows)

    rows = []
    for p1, p2, n1, n2, alpha, sided in [(0.1, 0.13, 900, 1100, 0.05, 2), (0.5, 0.4, 80, 60, 0.05, 1)]:
        z, gap = zq(M(alpha) / sided), abs(M(p1) - M(p2))
        s1 = sqrt(M(p1) * (1 - M(p1)) / n1 + M(p2) * (1 - M(p2)) / n2)
        pb = (n1 * M(p1) + n2 * M(p2)) / (n1 + n2)
        s0 = sqrt(pb * (1 - pb) * (M(1) / n1 + M(1) / n2))
        one = sf((z * s0 - gap) / s1)
        own = sf((z * s1 - gap) / s1) + (sf((z * s1 + gap) / s1) if sided == 2 else 0)
        rows.append((p1, p2, n1, n2, alpha, sided, one + (sf((z * s0 + gap) / s1) if sided == 2 else 0), one, own))
    write("power_prop", "p1 p2 n1 n2 alpha sided power_pooled_two_tails power_pooled_one_tail power_unpooled_two_tails", rows)

    def nct_sf(t, df, ncp):
        """T = (Z + ncp) / S with S^2 chi-square over df: the plane, S first"""
        c = log(M(2)) + M(df) / 2 * log(M(df) / 2) - loggamma(M(df) / 2)
        f = lambda s: exp(c + (df - 1) * log(s) - df * s * s / 2) * sf(t * s - ncp)
        sd = 1 / sqrt(2 * M(df))
        return quad(f, sorted({M(10) ** -15, *[max(M(10) ** -15, 1 + k * sd) for k in (-16, -8, -4, -2, 0, 2, 4, 8, 16)], 1 + 40 * sd}))
    rows, dist = [], []
    with mp.workdps(25):
        for n1, n2, d, sd, alpha, sided in [(8, 11, 1.2, 1.0, 0.05, 2), (60, 60, 0.4, 1.1, 0.01, 1)]:
            df, ncp = n1 + n2 - 2, M(d) / (M(sd) * sqrt(M(1) / n1 + M(1) / n2))
            t = tq(M(alpha) / sided, df)
            up = nct_sf(t, df, ncp)
            low = nct_sf(t, df, -ncp) if sided == 2 else 0
            z = zq(M(alpha) / sided)
            rows.append((n1, n2, d, sd, alpha, sided, ncp, t, up + low, up, sf(z - ncp) + (sf(z + ncp) if sided == 2 else 0)))
        for x, df, ncp, lower in [(2.1, 7, 1.5, 0), (1.0, 40, 3.0, 1), (-2.0, 5, -1.0, 0)]:
            up = nct_sf(M(x), df, M(ncp))
            dist.append(("pnct", x, df, ncp, None, lower, 0, 1 - up if lower else up))
    write("power_t", "n1 n2 delta sd alpha sided ncp t_crit power_exact power_one_tail power_z", rows)
    write("dist_nct", "fn x p1 p2 p3 lower log expected", dist)

    rows = []
    for d, sc, st, k, alpha, sided, power, rho, deff in [(0.1, 1.0, 1.1, 1, 0.05, 2, 0.8, 0, 1), (0.5, 3.0, 2.0, 2, 0.01, 1, 0.9, 0.6, 1.5)]:
        base = (M(sc) ** 2 + M(st) ** 2 / M(k)) * (1 - M(rho) ** 2) * M(deff) / M(d) ** 2
        za, zb = zq(M(alpha) / sided), -zq(M(power))
        power_of = lambda n: sf(za - sqrt(n / base)) + (sf(za + sqrt(n / base)) if sided == 2 else 0)
        n = (za + zb) ** 2 * base
        exact = findroot(lambda n: power_of(n) - M(power), n)
        rows.append((d, sc, st, k, alpha, sided, power, rho, deff, n, exact, int(mp.ceil(exact)), int(mp.ceil(exact * M(k)))))
    write("size_mean", "delta sd_c sd_t ratio alpha sided power rho_pre design_effect n_c_formula n_c_two_tail n_c_ceil n_t_ceil", rows)

    rows = []
    for p1, p2, k, alpha, sided, power in [(0.1, 0.12, 1, 0.05, 2, 0.8), (0.03, 0.02, 0.5, 0.1, 1, 0.9)]:
        P1, P2, K = M(p1), M(p2), M(k)
        za, zb, pb = zq(M(alpha) / sided), -zq(M(power)), (P1 + K * P2) / (1 + K)
        a, b = pb * (1 - pb) * (1 + 1 / K), P1 * (1 - P1) + P2 * (1 - P2) / K
        n = (za * sqrt(a) + zb * sqrt(b)) ** 2 / (P1 - P2) ** 2
        un = (za + zb) ** 2 * b / (P1 - P2) ** 2
        em = (za * sqrt(2 * P1 * (1 - P1)) + zb * sqrt(b)) ** 2 / (P1 - P2) ** 2 if k == 1 else None
        rows.append((p1, p2, k, alpha, sided, power, n, int(mp.ceil(n)), un, int(mp.ceil(un)), em))
    write("size_prop", "p1 p2 ratio alpha sided power n1_pooled n1_pooled_ceil n1_unpooled n1_unpooled_ceil n1_baseline_null", rows)

    rows = []
    for kind, mean, var, nc, nt, alpha, sided, power, rho, m in [("mean", 10, 60.0, 4000, 4200, 0.05, 2, 0.8, 0.5, 2), ("binary", 0.05, 0.0475, 9000, 9000, 0.05, 2, 0.8, 0, 1)]:
        z = zq(M(alpha) / m / sided) - zq(M(power))
        f = M(var) * (1 - M(rho) ** 2)
        mde = z * sqrt(f * (M(1) / nc + M(1) / nt))
        lift = findroot(lambda l: l - z * sqrt(f / M(mean) ** 2 / nt + f / M(mean) ** 2 * (1 + l) ** 2 / nc), mde / mean)
        rows.append((kind, mean, var, nc, nt, alpha, sided, power, rho, m, mde, mde / mean, lift))
    write("mde", "metric mean var n_c n_t alpha sided power rho_pre comparisons mde_abs mde_rel mde_rel_delta", rows)


def distributions():
    rows = [("pnorm", x, None, None, None, 0, 0, sf(x)) for x in (0.5, 3.0, 12.0, -2.0)]
    rows += [("qnorm", p, None, None, None, 0, 0, zq(p)) for p in (0.4, 0.025, 1e-12)]
    rows += [("qnorm", lp, None, None, None, 0, 1, findroot(lambda x: log(sf(x)) - lp, sqrt(-2 * M(lp)))) for lp in (-5.0, -200.0, -40000.0)]
    write("dist_normal", "fn x p1 p2 p3 lower log expected", rows)
    rows = [("pt", t, df, None, None, lower, 0, t_sf(t, df) if not lower else 1 - t_sf(t, df)) for t, df, lower in [(2.0, 3, 0), (9.0, 12.5, 0), (-1.0, 1, 1), (40.0, 200, 0)]]
    rows += [("qt", p, df, None, None, 0, 0, tq(M(p), df)) for p, df in [(0.025, 4), (1e-8, 30), (0.3, 2.5)]]
    write("dist_t", "fn x p1 p2 p3 lower log expected", rows)
    rows = [("pchisq", x, df, None, None, 0, 0, mp.gammainc(M(df) / 2, M(x) / 2, inf, regularized=True)) for x, df in [(3.84, 1), (250.0, 20), (0.2, 3)]]
    rows += [("qchisq", p, df, None, None, 0, 0, findroot(lambda x: mp.gammainc(M(df) / 2, x / 2, inf, regularized=True) / M(p) - 1, start)) for p, df, start in [(0.05, 1, 3.8), (0.001, 9, 27.9)]]
    write("dist_chisq", "fn x p1 p2 p3 lower log expected", rows)
    rows = [("pbeta", x, a, b, None, 1, 0, mp.betainc(a, b, 0, M(x), regularized=True)) for x, a, b in [(0.3, 2, 5), (0.01, 0.5, 0.5), (0.5, 300, 280)]]
    rows += [("qbeta", p, a, b, None, 1, 0, bisect(lambda x: mp.betainc(a, b, 0, x, regularized=True) - M(p), M(0), M(1), 130)) for p, a, b in [(0.025, 3, 9), (0.9, 0.5, 2)]]
    write("dist_beta", "fn x p1 p2 p3 lower log expected", rows)
    rows = [("pbinom", x, n, p, None, lower, 0, sum(binomial(n, k) * M(p) ** k * (1 - M(p)) ** (n - k) for k in (range(x + 1) if lower else range(x + 1, n + 1)))) for x, n, p, lower in [(3, 12, 0.2, 1), (40, 60, 0.5, 0)]]
    rows += [("phyper", x, w, b, k, 1, 0, M(sum(math.comb(w, i) * math.comb(b, k - i) for i in range(x + 1))) / math.comb(w + b, k)) for x, w, b, k in [(2, 10, 12, 7), (30, 80, 100, 90)]]
    rows += [("lgamma", x, None, None, None, 1, 0, loggamma(M(x))) for x in (0.3, 1.0000001, 7.5, 1e6)]
    write("dist_discrete", "fn x p1 p2 p3 lower log expected", rows)


def data():
    def holm(p):
        order, out, most = sorted(range(len(p)), key=lambda i: p[i]), [None] * len(p), M(0)
        for rank, i in enumerate(order):
            most = max(most, (len(p) - rank) * M(p[i]))
            out[i] = min(M(1), most)
        return out

    def bh(p):
        order, out, least = sorted(range(len(p)), key=lambda i: -p[i]), [None] * len(p), M(1)
        for rank, i in enumerate(order):
            least = min(least, M(p[i]) * len(p) / (len(p) - rank))
            out[i] = least
        return out

    def hommel(p):
        """closed testing with Simes' test: the largest Simes p over all sets that hold i"""
        out = []
        for i in range(len(p)):
            worst = M(0)
            for size in range(1, len(p) + 1):
                for s in itertools.combinations(range(len(p)), size):
                    if i in s:
                        q = sorted(M(p[j]) for j in s)
                        worst = max(worst, min(size * v / (k + 1) for k, v in enumerate(q)))
            out.append(min(M(1), worst))
        return out
    rows = []
    for family, p in enumerate([[0.012, 0.3, 0.04, 0.0006, 0.041], [0.5, 0.02, 0.03]], 1):
        for i, q in enumerate(zip(p, holm(p), bh(p), hommel(p))):
            rows.append((family, i + 1, len(p), q[0], min(M(1), len(p) * M(q[0])), q[1], q[3], q[2], 1 - (1 - M(q[0])) ** len(p)))
    write("multitest", "family index m p bonferroni holm hommel bh sidak", rows)

    rows = []
    for nonzero in (0, 1):
        c = [0 if rng.random() < 0.3 else round(rng.lognormvariate(1, 1), 3) for _ in range(21)]
        t = [0 if rng.random() < 0.3 else round(rng.lognormvariate(1, 1), 3) for _ in range(24)]
        base = sorted(v for v in c + t if v or not nonzero)
        cap = base[math.ceil(len(base) * 0.9) - 1]
        cut = lambda v: [min(x, cap) for x in v]
        rows.append((0.9, None, nonzero, c, t, -inf, M(cap)) + moments(cut(c))[1:] + moments(cut(t))[1:] + (sum(v > cap for v in c + t),))
    write("winsor", "upper lower nonzero values_c values_t cap_low cap_high mean_c var_c mean_t var_t n_capped", rows)

    raw, rows = [], []
    for arm in (0, 1):
        for user in range(30):
            raw += [(1, arm, user + 100 * arm, round(rng.expovariate(0.1), 3)) for _ in range(rng.randint(1, 4))]
    z = zq(M(0.05) / 2)
    row = [1, 0.5, 1, 0.05]
    point, se = [], []
    for arm in (0, 1):
        users = [r[2] for r in raw if r[1] == arm]
        values = sorted(r[3] for r in raw if r[1] == arm)
        n = len(values)
        h = z * sqrt(n * M("0.25"))
        lo, hi = max(1, int(mp.floor(n * M("0.5") - h))), min(n, int(mp.ceil(n * M("0.5") + h)))
        q7 = (M(values[(n - 1) // 2]) + M(values[n // 2])) / 2
        q1 = values[(n + 1) // 2 - 1]
        per = [(sum(1 for r in raw if r[1] == arm and r[2] == u and r[3] <= q1), users.count(u)) for u in sorted(set(users))]
        k = len(per)
        ratio = M(sum(s for s, _ in per)) / sum(m for _, m in per)
        v = sum((s - ratio * m) ** 2 for s, m in per) / (k - 1) / k / (M(n) / k) ** 2
        # the mean of s - ratio m is 0 by construction
        inflation = v / (M("0.25") / n)
        s = (M(values[hi - 1]) - M(values[lo - 1])) / (2 * z) * sqrt(inflation)
        point.append(q7)
        se.append(s)
        row += [n, k, "ok", q7, q1, lo, hi, values[lo - 1], values[hi - 1], inflation, s]
    d, s = point[1] - point[0], sqrt(se[0] ** 2 + se[1] ** 2)
    row += [d, s, d / s, 2 * sf(abs(d / s)), d - z * s, d + z * s]
    names = "n_{0} clusters_{0} status_{0} q_type7_{0} q_type1_{0} rank_low_{0} rank_high_{0} y_low_{0} y_high_{0} inflation_{0} se_{0}"
    write("quantile", "case q clustered alpha " + names.format("c") + " " + names.format("t") + " diff se_diff z p ci_low ci_high", [row])
    write("quantile_data", "case arm user value", raw)

    raw, rows = [], []
    for cluster in range(11):
        arm, level = cluster % 2, rng.gauss(0, 1)
        raw += [(1, cluster, arm, round(5 + level + rng.gauss(0, 1), 2)) for _ in range(rng.randint(2, 6))]
    # the sandwich as matrices: y on (1, arm)
    ys, arms, groups = [M(r[3]) for r in raw], [r[2] for r in raw], [r[1] for r in raw]
    n = len(raw)
    X = mp.matrix([[1, a] for a in arms])
    bread = (X.T * X) ** -1
    beta = bread * X.T * mp.matrix(ys)
    resid = mp.matrix(ys) - X * beta
    H = X * bread * X.T
    meat0, meat2, rows_g = mp.zeros(2), mp.zeros(2), []
    for g in sorted(set(groups)):
        idx = [i for i in range(n) if groups[i] == g]
        Xg, eg = mp.matrix([[1, arms[i]] for i in idx]), mp.matrix([resid[i] for i in idx])
        block = mp.matrix(len(idx))
        for r, i in enumerate(idx):
            for c, j in enumerate(idx):
                block[r, c] = (1 if i == j else 0) - H[i, j]
        E, Q = mp.eigsy(block)
        A = Q * mp.diag([1 / sqrt(v) for v in E]) * Q.T
        u0, u2 = Xg.T * eg, Xg.T * A * eg
        meat0 += u0 * u0.T
        meat2 += u2 * u2.T
        # row of the linear map from errors to this cluster's part of the effect
        lift = mp.zeros(n, 1)
        s = A * Xg * bread * mp.matrix([0, 1])
        for r, i in enumerate(idx):
            for j in range(n):
                lift[j] += s[r] * ((1 if i == j else 0) - H[i, j])
        rows_g.append(lift)
    G = len(rows_g)
    P = [[(a.T * b)[0] for b in rows_g] for a in rows_g]
    df = sum(P[i][i] for i in range(G)) ** 2 / sum(P[i][j] ** 2 for i in range(G) for j in range(G))
    v0, v2 = (bread * meat0 * bread)[1, 1], (bread * meat2 * bread)[1, 1]
    t = beta[1] / sqrt(v2)
    k = [len({g for g, a in zip(groups, arms) if a == x}) for x in (0, 1)]
    write("cluster", "case k_c k_t n_c n_t diff se_cr0 se_cr1 se_cr2 df_cr2 p_cr2", [(1, k[0], k[1], arms.count(0), arms.count(1), beta[1], sqrt(v0), sqrt(v0 * G / (G - 1)), sqrt(v2), df, two(t, df))])
    write("cluster_data", "case cluster arm y", raw)

    strata = [(1, 1, 40, 3.0, 2.0, 44, 3.2, 2.5), (1, 2, 100, 9.0, 4.0, 90, 9.5, 3.0), (1, 3, 15, 1.0, 1.0, 20, 0.8, 1.5)]
    n = sum(r[2] + r[5] for r in strata)
    w = [M(r[2] + r[5]) / n for r in strata]
    tau = [M(r[6]) - M(r[3]) for r in strata]
    est, mc = sum(a * b for a, b in zip(w, tau)), sum(a * M(r[3]) for a, r in zip(w, strata))
    cond = sum(a * a * (M(r[4]) / r[2] + M(r[7]) / r[5]) for a, r in zip(w, strata))
    sup = cond + (sum(a * b * b for a, b in zip(w, tau)) - est ** 2) / n
    write("poststrat", "case strata n est se_conditional se_superpop z p control_mean lift", [(1, 3, n, est, sqrt(cond), sqrt(sup), est / sqrt(sup), 2 * sf(abs(est / sqrt(sup))), mc, est / mc)])
    write("poststrat_data", "case stratum n_c mean_c var_c n_t mean_t var_t", strata)


for part in (means, sums, rates, bayes, looks, plans, distributions, data):
    part()
